import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createLive, keptEvents } from '../../../emulator/console/live.ts'
import type { LiveEvents } from '../../../console/protocol.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'

const line = (number: number) => ({ edge: 'eu-west-1', outcome: 'refused', reason: 'spent', linkId: `link ${number}` })

describe('a page that watches the emulator’s events', () => {
  test('gets an event for each log line about a link, without secrets', async () => {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'secret-name.txt'), 'x')
    const { api, edges } = await emulatorHere({ bucket })
    const { id, url } = await issueAt(api, { key: 'secret-name.txt' })
    const path = new URL(url).pathname
    const statuses = []
    for (const origin of Object.values(edges)) statuses.push((await ask(origin + path)).status)
    expect(statuses).toEqual([302, 403, 403])
    const { body } = await ask(`${api}/console/events`)
    const { events, ...rest } = JSON.parse(body) as LiveEvents
    expect(rest).toEqual({ run: expect.any(String), now: expect.any(Number) })
    const [common, at] = [{ linkId: id, ms: expect.any(Number) }, expect.any(Number)]
    expect(events).toEqual([
      { number: 1, at, by: 'api', region: 'us-east-1', outcome: 'issued', ...common },
      { number: 2, at, by: 'edge', region: 'us-east-1', outcome: 'redeemed', storeMs: expect.any(Number), ...common },
      ...['eu-west-1', 'ap-northeast-1'].map((region, index) => {
        const refused = { outcome: 'refused', reason: 'spent', storeMs: expect.any(Number) }
        return { number: 3 + index, at, by: 'edge', region, ...refused, ...common }
      }),
    ])
    for (const secret of [path.slice('/d/'.length), 'secret-name', 'Signature', 'requestId']) {
      expect(body).not.toContain(secret)
    }
    const later = JSON.parse((await ask(`${api}/console/events?run=${rest.run}&after=3`)).body) as LiveEvents
    expect(later.events.map(({ number }) => number)).toEqual([4])
  })

  test('gets only fields of a log line that are known to be harmless', () => {
    const live = createLive(() => 7)
    live.note({ ...line(1), nonce: 'N', url: 'U', key: 'K', ms: 3, storeMs: 2 })
    live.note({ api: 'us-east-1', outcome: 'shown', linkId: 'shown link' })
    live.note({ api: 'us-east-1', outcome: 'refused', reason: 'no-such-link' })
    live.note({ api: 'us-east-1', outcome: 'refused', reason: { text: 'odd' }, ms: 'long' })
    live.note({ sweeper: 'us-east-1', outcome: 'swept', purged: 0, failed: 0 })
    live.note({ sweeper: 'us-east-1', outcome: 'swept', purged: 2, failed: 0 })
    const refused = { at: 7, by: 'edge', region: 'eu-west-1', outcome: 'refused', reason: 'spent' }
    expect(live.since('', 0).events).toEqual([
      { number: 1, ...refused, linkId: 'link 1', ms: 3, storeMs: 2 },
      { number: 2, at: 7, by: 'api', region: 'us-east-1', outcome: 'refused' },
      { number: 3, at: 7, by: 'sweeper', region: 'us-east-1', outcome: 'purged', purged: 2 },
    ])
  })

  test(`gets the events after those that it has, or the last ${keptEvents} of another emulator`, () => {
    const live = createLive(() => 7)
    for (let number = 1; number <= keptEvents + 10; number += 1) live.note(line(number))
    const numbers = (run: string, after: number) => live.since(run, after).events.map(({ number }) => number)
    expect(numbers('another', 505)).toEqual(Array.from({ length: keptEvents }, (_, index) => index + 11))
    expect(numbers(live.since('', 0).run, keptEvents + 8)).toEqual([keptEvents + 9, keptEvents + 10])
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
      'cross-origin-opener-policy': 'same-origin-allow-popups',
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
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="module" src="\/console\/page-\w+\.js">)/)
    for (const [, path = ''] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await ask(api + path)).status, path).toBe(200)
    }
  })

  test.each([
    ['/console/', 404],
    ['/console/page.js', 404],
    ['/console/page-0123456789abcdef.js', 404],
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
