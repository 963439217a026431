import { createHash, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { verifyWebhook, type WebhookEvent } from '../../../client/client.ts'
import { parseOptions } from '../../../emulator/options.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { type EpochMs } from '../../../shared/time.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt, locationOf } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

const hourMs = 3_600_000

/** Starts a receiver that keeps the requests it gets, and responds to each by its number, from 1. */
async function receiverHere(statusOf: (count: number) => number = () => 204) {
  const requests: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ headers: request.headers as Record<string, string>, body: await text(request) })
    response.writeHead(statusOf(requests.length)).end()
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  /** Verifies all requests as a customer does. Returns their events, each as `type id`. */
  const verified = async (secret: string) => {
    const all = await Promise.all(requests.map(({ headers, body }) => verifyWebhook(secret, headers, body)))
    return all.map(({ event }) => nameOf(event))
  }
  return { url: `${origin}/hook`, requests, verified }
}

const nameOf = ({ type, data }: WebhookEvent) => `${type} ${data.id}`

/** Starts an emulator whose links name a receiver, on a clock that a test sets. */
async function notifyingEmulator({ statusOf, mode }: { statusOf?: (count: number) => number; mode?: 'strong' } = {}) {
  const receiver = await receiverHere(statusOf)
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.pdf'), 'what it says')
  const time = { behindMs: 0 }
  const clock = { ...systemClock, now: () => (Date.now() - time.behindMs) as EpochMs }
  const options = { bucket, clock, notify: receiver.url, mode, sweepEveryMs: 300, deliveryProof: true }
  const { api, webhookSecret: secret = '' } = await emulatorHere(options)
  const issue = async (fields: object = { notify: 'local' }) => issueAt(api, { key: 'report.pdf', ...fields })
  return { ...receiver, api, secret, time, issue, events: () => receiver.verified(secret) }
}

test.each(['home', 'strong'] as const)('what happens to links in mode %s is sent to their receiver', async mode => {
  const { issue, api, events, time } = await notifyingEmulator(mode === 'home' ? {} : { mode })
  time.behindMs = 3 * hourMs
  const ended = await issue({ notify: 'local', expiresIn: 60 })
  time.behindMs = 0
  const [used, kept, revoked, other] = [
    await issue(),
    await issue({ notify: 'local', receipt: true, homeRegion: 'eu-west-1' }),
    await issue(),
    await issue({}),
  ]
  for (const { url } of [used, kept, other]) {
    expect((await ask(locationOf(await ask(url), url))).body).toBe('what it says')
  }
  await ask(`${api}/links/${revoked.id}`, { method: 'DELETE' })
  const expected = [
    `link.delivered ${kept.id}`,
    `link.expired ${ended.id}`,
    `link.redeemed ${kept.id}`,
    `link.redeemed ${used.id}`,
    `link.revoked ${revoked.id}`,
  ]
  await expect.poll(async () => (await events()).toSorted(), { timeout: 20_000 }).toEqual(expected.toSorted())
})

test('a right passphrase at the last try is a use, and no lock', async () => {
  const { issue, events } = await notifyingEmulator()
  const fields = { notify: 'local', passphrase: 'correct horse', maxTries: 2 }
  const [right, wrong] = [await issue(fields), await issue(fields)]
  const enter = (url: string, text: string) => ask(url, { headers: { 'once-passphrase': text } })
  for (const [{ url }, last] of [
    [right, 'correct horse'],
    [wrong, 'wrong horse'],
  ] as const) {
    await enter(url, 'another horse')
    await enter(url, last)
  }
  await expect
    .poll(async () => (await events()).toSorted(), { timeout: 20_000 })
    .toEqual([`link.locked ${wrong.id}`, `link.redeemed ${right.id}`])
})

/** Opens a link that takes a file, as a program does, and sends it in one part. */
async function sendFile(link: string, content: string): Promise<void> {
  const headers = { Accept: 'application/json', 'Idempotency-Key': randomUUID() }
  const opened = JSON.parse((await ask(link, { method: 'POST', headers })).body) as { url: string; token: string }
  const call = async (path: string, body: object) => {
    const own = { 'Content-Type': 'application/json', 'Once-Upload': opened.token }
    const response = await ask(opened.url + path, { method: 'POST', headers: own, body: JSON.stringify(body) })
    expect(response.status).toBe(200)
    return JSON.parse(response.body) as Record<string, unknown>
  }
  const bytes = content.length
  const { upload } = (await call('', { filename: 'scan.pdf', bytes })) as { upload: { id: string } }
  const sha256 = createHash('sha256').update(content).digest('base64')
  const signed = await call(`/${upload.id}/parts`, { parts: [{ number: 1, bytes, sha256 }] })
  const [part] = signed['parts'] as { url: string; headers: Record<string, string> }[]
  const put = { method: 'PUT', headers: { ...part?.headers, 'Content-Length': String(bytes) }, body: content }
  expect((await ask(part?.url ?? '', put)).status).toBe(200)
  await call(`/${upload.id}/complete`, { bytes })
}

test.each(['home', 'strong'] as const)('a file that a link took in mode %s is said, with its size', async mode => {
  const { issue, events, requests } = await notifyingEmulator(mode === 'home' ? {} : { mode })
  const fields = { notify: 'local', key: undefined, upload: { prefix: 'in/', maxBytes: 100 } }
  const [first, second] = [await issue(fields), await issue({ ...fields, homeRegion: 'eu-west-1' })]
  for (const { url } of [first, second]) await sendFile(url, 'what it says')
  const expected = [first, second].flatMap(({ id }) => [`link.received ${id}`, `link.redeemed ${id}`])
  await expect.poll(async () => (await events()).toSorted(), { timeout: 20_000 }).toEqual(expected.toSorted())
  for (const { body } of requests) expect(body).not.toMatch(/in\/|scan|what it says/)
  const sizes = requests.flatMap(({ body }) => (JSON.parse(body) as { data: { bytes?: number } }).data.bytes ?? [])
  expect(sizes).toEqual([12, 12])
})

test('a webhook that gets 500 is sent again, signed again, with the same id', async () => {
  const { issue, requests, events } = await notifyingEmulator({ statusOf: count => (count === 1 ? 500 : 204) })
  const { id, url } = await issue()
  await ask(url)
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(2)
  expect(await events()).toEqual([`link.redeemed ${id}`, `link.redeemed ${id}`])
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(requests.map(({ headers }) => headers['webhook-signature'])).size).toBe(2)
})

test('npm start -- --notify prints the secret; its link names the receiver', async () => {
  const { url, verified, requests } = await receiverHere()
  const { output } = await emulatorProcess(['--notify', url])
  const [, secret = ''] = /^ {2}secret {3}(whsec_\S+)/m.exec(output()) ?? []
  const [, link = ''] = /^ {2}(http:\S+\/d\/\S+)$/m.exec(output()) ?? []
  expect((await ask(link)).status).toBe(302)
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(1)
  expect((await verified(secret))[0]).toMatch(/^link\.redeemed /)
})

test.each([
  'https://hooks.example.com/',
  'http://127.0.0.1.example.com/',
  'ftp://localhost/',
  'localhost:3000',
  'http://me:x@localhost/',
])('--notify %s is refused', url => {
  expect(() => parseOptions(['--notify', url])).toThrow(`--notify: got "${url}", allowed: http or https at 127.0.0.1`)
})
