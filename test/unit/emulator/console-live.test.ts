import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLive, keptEvents, maxWatchers } from '../../../emulator/console/live.ts'
import type { LiveEvent } from '../../../console/protocol.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

/** One message of a stream, as a browser's EventSource delivers it. */
interface Message {
  readonly id: string | undefined
  readonly type: string
  readonly data: unknown
}

/** Watches a stream until the test ends; `next` returns its messages one by one. */
async function watching(url: string, headers: Record<string, string> = {}) {
  const aborter = new AbortController()
  onTestFinished(() => aborter.abort())
  const response = await fetch(url, { headers, signal: aborter.signal })
  const texts = response.body?.pipeThrough(new TextDecoderStream()).values()
  let buffer = ''
  async function next(): Promise<Message> {
    while (!buffer.includes('\n\n')) {
      const part = await texts?.next()
      if (part === undefined || part.done) throw new Error('the stream ended')
      buffer += part.value
    }
    const [block = '', rest = ''] = buffer.split(/\n\n(.*)/s)
    buffer = rest
    const fields = new Map(block.split('\n').map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]))
    return { id: fields.get('id'), type: fields.get('event') ?? 'message', data: JSON.parse(fields.get('data') ?? '') }
  }
  async function events(count: number): Promise<readonly LiveEvent[]> {
    const received: LiveEvent[] = []
    while (received.length < count) received.push((await next()).data as LiveEvent)
    return received
  }
  return { status: response.status, next, events }
}

const line = (number: number) => ({ edge: 'eu-west-1', outcome: 'refused', reason: 'spent', linkId: `link ${number}` })

describe('a program that watches the emulator’s events', () => {
  test('gets an event for each log line about a link, without secrets', async () => {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'secret-name.txt'), 'x')
    const { api, edges } = await emulatorHere({ bucket })
    const { next, events } = await watching(`${api}/console/events`)
    expect(await next()).toMatchObject({ type: 'begin', data: { run: expect.any(String), now: expect.any(Number) } })
    const { id, url } = await issueAt(api, { key: 'secret-name.txt' })
    const path = new URL(url).pathname
    const statuses = []
    for (const origin of Object.values(edges)) statuses.push((await ask(origin + path)).status)
    expect(statuses).toEqual([302, 403, 403])
    const received = await events(4)
    const [common, at] = [{ linkId: id, ms: expect.any(Number) }, expect.any(Number)]
    expect(received).toEqual([
      { number: 1, at, by: 'api', region: 'us-east-1', outcome: 'issued', ...common },
      { number: 2, at, by: 'edge', region: 'us-east-1', outcome: 'redeemed', storeMs: expect.any(Number), ...common },
      ...['eu-west-1', 'ap-northeast-1'].map((region, index) => {
        const refused = { outcome: 'refused', reason: 'spent', storeMs: expect.any(Number) }
        return { number: 3 + index, at, by: 'edge', region, ...refused, ...common }
      }),
    ])
    const text = JSON.stringify(received)
    for (const secret of [path.slice('/d/'.length), 'secret-name', 'Signature', 'requestId']) {
      expect(text).not.toContain(secret)
    }
  })

  test('gets only fields of a log line that are known to be harmless', async () => {
    const live = createLive(() => 7)
    const { origin } = await serveHere(live.watch)
    const { next, events } = await watching(`${origin}/`)
    await next()
    live.note({ ...line(1), nonce: 'N', url: 'U', key: 'K', ms: 3, storeMs: 2 })
    live.note({ api: 'us-east-1', outcome: 'shown', linkId: 'shown link' })
    live.note({ api: 'us-east-1', outcome: 'refused', reason: { text: 'odd' }, ms: 'long' })
    live.note({ sweeper: 'us-east-1', outcome: 'swept', purged: 0, failed: 0 })
    live.note({ sweeper: 'us-east-1', outcome: 'swept', purged: 2, failed: 0 })
    expect(await events(3)).toEqual([
      {
        number: 1,
        at: 7,
        by: 'edge',
        region: 'eu-west-1',
        outcome: 'refused',
        reason: 'spent',
        linkId: 'link 1',
        ms: 3,
        storeMs: 2,
      },
      { number: 2, at: 7, by: 'api', region: 'us-east-1', outcome: 'refused' },
      { number: 3, at: 7, by: 'sweeper', region: 'us-east-1', outcome: 'purged', purged: 2 },
    ])
  })

  test('gets past events when it connects, and only newer ones when it reconnects', async () => {
    const live = createLive(() => 7)
    const { origin } = await serveHere(live.watch)
    for (let number = 1; number <= 3; number += 1) live.note(line(number))
    const first = await watching(`${origin}/`)
    await first.next()
    expect((await first.events(3)).map(event => event.number)).toEqual([1, 2, 3])
    const { id = '' } = await (live.note(line(4)), first.next())
    live.note(line(5))
    const again = await watching(`${origin}/`, { 'Last-Event-ID': id })
    await again.next()
    expect((await again.events(1)).map(event => event.number)).toEqual([5])
  })

  test('that reconnects to another emulator gets all events, and can see that it is another', async () => {
    const [old, young] = [createLive(() => 1), createLive(() => 2)]
    for (const live of [old, young]) live.note(line(1))
    const before = await watching(`${(await serveHere(old.watch)).origin}/`)
    const begun = await before.next()
    const { id = '' } = await before.next()
    const after = await watching(`${(await serveHere(young.watch)).origin}/`, { 'Last-Event-ID': id })
    expect(await after.next()).not.toEqual(begun)
    expect((await after.events(1)).map(event => event.number)).toEqual([1])
  })

  test(`gets the last ${keptEvents} events if there were more`, async () => {
    const live = createLive(() => 7)
    const { origin } = await serveHere(live.watch)
    for (let number = 1; number <= keptEvents + 10; number += 1) live.note(line(number))
    const { next, events } = await watching(`${origin}/`)
    await next()
    const numbers = (await events(keptEvents)).map(event => event.number)
    expect(numbers[0]).toBe(11)
    expect(numbers.at(-1)).toBe(keptEvents + 10)
  })

  test(`is refused while ${maxWatchers} others watch`, async () => {
    const live = createLive(() => 7)
    const { origin } = await serveHere(live.watch)
    const first = new AbortController()
    await fetch(origin, { signal: first.signal })
    for (let watcher = 2; watcher <= maxWatchers; watcher += 1) await watching(`${origin}/`)
    const late = await ask(`${origin}/`)
    expect(late).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    first.abort()
    await expect.poll(async () => (await watching(`${origin}/`)).status).toBe(200)
  })
})

describe('the front', () => {
  const html = { Accept: 'text/html,*/*' }

  test('sends browsers the console, and programs the guide in plain text', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const page = await ask(`${api}/`, { headers: html })
    expect(page.headers).toMatchObject({
      ...securityHeaders,
      vary: 'accept',
      'content-type': 'text/html; charset=utf-8',
    })
    const guide = await ask(`${api}/`)
    expect(guide.headers).toMatchObject({
      ...securityHeaders,
      vary: 'accept',
      'content-type': 'text/plain; charset=utf-8',
    })
    expect(guide.body).toContain(`npm run -s once -- issue --local=${api} report.pdf\n`)
  })

  test('serves a page that loads only its own files and has no inline scripts or styles', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const { headers, body } = await ask(`${api}/`, { headers: html })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="module" src="\/console\/page\.js">)/)
    for (const [, path = ''] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await ask(api + path)).status, path).toBe(200)
    }
  })

  test.each([
    ['/console/', 404],
    ['/console/page.ts', 404],
    ['/console/../emulator.ts', 404],
    ['/console/constructor', 404],
    ['/console/race', 404],
  ])('has no page at %s', async (path, status) => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    expect((await ask(api + path)).status).toBe(status)
  })

  const visit = { ...html, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }

  test.each<[string, string, Record<string, string>]>([
    ['the console in a frame of another site', '/', { ...visit, 'Sec-Fetch-Dest': 'iframe' }],
    [
      'a script of another site that reads the page',
      '/',
      { ...html, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    ],
    ['a rebound host name, opened from a link', '/', { ...visit, 'Sec-Fetch-Dest': 'document', Host: 'evil.example' }],
    ['another site, for the events', '/console/events', { ...visit, 'Sec-Fetch-Dest': 'document' }],
  ])('refuses %s (%s)', async (_, path, headers) => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    expect((await ask(api + path, { headers })).status).toBe(403)
  })
})
