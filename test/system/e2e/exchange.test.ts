import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { manualClock } from '../../support/clock.ts'
import { emulatorProcess } from '../../support/emulator-process.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { type Answer, ask, issueAt, locationOf } from '../../support/http.ts'
import { noon } from '../../support/links.ts'

const content = randomBytes(100_000).toString('hex')

/** Makes a folder with one object. */
function bucket(): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a file.txt'), content)
  return folder
}

/** Exchanges the nonce of a link at an api. */
function exchangeAt(api: string, link: string, headers: Record<string, string | string[]> = {}): Promise<Answer> {
  const body = JSON.stringify({ nonce: link.slice(-43) })
  return ask(`${api}/exchange`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

const urlIn = ({ body }: Answer) => (JSON.parse(body) as { url: string }).url
const reasonIn = ({ status, body }: Answer) => `${status} ${(JSON.parse(body) as { reason: string }).reason}`

describe.each([['without a receipt', {}] as const, ['with a receipt', { receipt: true }] as const])(
  'a link %s',
  (_, fields) => {
    test('can be exchanged once, for a URL that gives the file', async () => {
      const { api, s3 } = await emulatorHere({ bucket: bucket() })
      const { url } = await issueAt(api, { key: 'a file.txt', filename: 'b.txt', ...fields })
      const first = await exchangeAt(api, url)
      expect(first.status).toBe(200)
      expect(urlIn(first)).toContain(`${s3}/a%20file.txt?X-Amz-`)
      expect(await ask(urlIn(first))).toMatchObject({
        status: 200,
        headers: { 'content-disposition': `attachment; filename="b.txt"; filename*=UTF-8''b.txt` },
        body: content,
      })
      expect(reasonIn(await exchangeAt(api, url))).toBe('403 spent')
    })

    test('can not be redeemed at an edge after its exchange', async () => {
      const { api, edges } = await emulatorHere({ bucket: bucket() })
      const { url } = await issueAt(api, { key: 'a file.txt', homeRegion: 'eu-west-1', ...fields })
      expect((await exchangeAt(api, url)).status).toBe(200)
      for (const edge of Object.values(edges)) expect((await ask(edge + new URL(url).pathname)).status).toBe(403)
    })

    test('can not be exchanged after an edge has redeemed it', async () => {
      const { api } = await emulatorHere({ bucket: bucket() })
      const { url } = await issueAt(api, { key: 'a file.txt', ...fields })
      expect((await ask(locationOf(await ask(url), url))).body).toBe(content)
      expect(reasonIn(await exchangeAt(api, url))).toBe('403 spent')
    })

    test('can not be exchanged after it was revoked', async () => {
      const { api } = await emulatorHere({ bucket: bucket() })
      const { url, id } = await issueAt(api, { key: 'a file.txt', ...fields })
      await ask(`${api}/links/${id}`, { method: 'DELETE' })
      expect((await exchangeAt(api, url)).status).toBe(403)
    })
  },
)

test('the URL stops working after its seconds, and with any change', async () => {
  const clock = manualClock(noon)
  const { api } = await emulatorHere({ bucket: bucket(), clock })
  const { url } = await issueAt(api, { key: 'a file.txt', urlSeconds: 5 })
  const signed = urlIn(await exchangeAt(api, url))
  clock.advance(4999)
  expect((await ask(signed)).status).toBe(200)
  expect((await ask(signed.replace('a%20file', 'another'))).body).toContain('<Code>SignatureDoesNotMatch</Code>')
  expect((await ask(signed.replace('Expires=5', 'Expires=50'))).status).toBe(403)
  expect((await ask(signed.split('?')[0] ?? '')).body).toContain('<Code>AccessDenied</Code>')
  clock.advance(1)
  expect((await ask(signed)).body).toContain('<Message>Request has expired</Message>')
})

test('a caller with an Idempotency-Key gets the same URL again, and the receipt shows the first time', async () => {
  const clock = manualClock(noon)
  const { api } = await emulatorHere({ bucket: bucket(), clock })
  const { url, id } = await issueAt(api, { key: 'a file.txt', receipt: true })
  const mine = { 'idempotency-key': 'order 17' }
  const first = await exchangeAt(api, url, mine)
  clock.advance(10_000)
  const again = await exchangeAt(api, url, mine)
  expect(again).toMatchObject({ status: 200, body: first.body })
  expect((await ask(urlIn(again))).body).toBe(content)
  expect(reasonIn(await exchangeAt(api, url, { 'idempotency-key': 'order 18' }))).toBe('403 spent')
  const { receipt } = JSON.parse((await ask(`${api}/links/${id}`)).body) as { receipt: object }
  expect(receipt).toMatchObject({ redeemedAt: '2026-11-24T12:00:00Z', urlExpiresAt: '2026-11-24T12:00:30Z' })
})

test('two Idempotency-Keys in one request are refused, without using the link', async () => {
  const { api } = await emulatorHere({ bucket: bucket() })
  const { url } = await issueAt(api, { key: 'a file.txt', receipt: true })
  const headers = { 'Idempotency-Key': ['a', 'b'] }
  expect(reasonIn(await exchangeAt(api, url, headers))).toBe('400 idempotency-key-invalid')
  expect((await exchangeAt(api, url)).status).toBe(200)
})

test('npm start serves the exchange and prints the URL of S3', async () => {
  const folder = bucket()
  const { api, s3, output } = await emulatorProcess(['--bucket', folder])
  expect(output()).toContain(`  s3       ${s3}\n`)
  const { url } = await issueAt(api, { key: 'a file.txt' })
  const signed = urlIn(await exchangeAt(api, url))
  expect(signed.startsWith(`${s3}/`)).toBe(true)
  expect((await ask(signed)).body).toBe(content)
})

test('in mode strong, a link can be exchanged once, too', async () => {
  const { api, edges } = await emulatorHere({ bucket: bucket(), mode: 'strong' })
  const { url } = await issueAt(api, { key: 'a file.txt', homeRegion: 'ap-northeast-1' })
  expect((await exchangeAt(api, url)).status).toBe(200)
  expect((await exchangeAt(api, url)).status).toBe(403)
  for (const edge of Object.values(edges)) expect((await ask(edge + new URL(url).pathname)).status).toBe(403)
})
