import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { securityHeaders } from '../../../shared/http.ts'
import { manualClock } from '../../support/clock.ts'
import { emulatorProcess } from '../../support/emulator-process.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, errorCodeOf, issueAt, locationOf } from '../../support/http.ts'
import { noon } from '../../support/links.ts'

function bucketWith(files: Readonly<Record<string, string | Buffer>>): string {
  const bucket = temporaryFolder()
  for (const [key, content] of Object.entries(files)) {
    mkdirSync(dirname(join(bucket, key)), { recursive: true })
    writeFileSync(join(bucket, key), content)
  }
  return bucket
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Redeems a link, follows its redirect, and hashes the content. */
async function download(link: string): Promise<{ sha256: string; bytes: number }> {
  const url = locationOf(await ask(link), link)
  const hash = createHash('sha256')
  let bytes = 0
  await new Promise((resolve, reject) => {
    get(url, response => {
      response.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        bytes += chunk.length
      })
      response.on('end', resolve).on('error', reject)
    }).on('error', reject)
  })
  return { sha256: hash.digest('hex'), bytes }
}

describe('a file is downloaded unchanged', () => {
  const keys = [
    'plain.txt',
    'with space.txt',
    'a+b.txt',
    '100%.pdf',
    '100%25.pdf',
    'a&b=c;d.txt',
    'a#b.txt',
    `it's "quoted" (here)!.txt`,
    'folder/😀/日本語.txt',
    'C:/a|b<c>$d@e,f^g`{h}[i]~.txt',
    'a../b..',
  ]

  test('with any key', async () => {
    const bucket = bucketWith(Object.fromEntries(keys.map(key => [key, `content of ${key}`])))
    const { api } = await emulatorHere({ bucket })
    for (const key of keys) {
      const { url } = await issueAt(api, { key })
      const redirect = await ask(url)
      expect(redirect.status, key).toBe(302)
      expect(await ask(locationOf(redirect, url))).toMatchObject({ status: 200, body: `content of ${key}` })
      expect((await ask(url)).status).toBe(403)
    }
  })

  test.each([
    ['1 byte', 1],
    ['3 MB', 3_000_000],
  ])('with %s', async (_, size) => {
    const bucket = bucketWith({ file: randomBytes(size) })
    const { api } = await emulatorHere({ bucket })
    const { url } = await issueAt(api, { key: 'file' })
    expect(await download(url)).toEqual({ sha256: await hashOfFile(join(bucket, 'file')), bytes: size })
  })

  test('with 2 GB, streamed, without the file in memory', async () => {
    const size = 2 ** 31
    const bucket = bucketWith({})
    const file = join(bucket, 'big.bin')
    const descriptor = openSync(file, 'w')
    // A sparse file with a marker every 64 MiB, so that a lost, repeated or moved piece changes the hash.
    truncateSync(file, size)
    for (let at = 0; at < size; at += 1 << 26) writeSync(descriptor, `at ${at}`, at)
    closeSync(descriptor)
    const { api, pid } = await emulatorProcess(['--bucket', bucket])
    const { url } = await issueAt(api, { key: 'big.bin' })
    expect(await download(url)).toEqual({ sha256: await hashOfFile(file), bytes: size })
    if (process.platform === 'linux') {
      const [, peakKb = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      expect(Number(peakKb)).toBeLessThan(400_000)
    }
  })
})

test('each edge can redeem a link; after that, none can', async () => {
  const { api, edges } = await emulatorHere({ bucket: bucketWith({ f: 'x' }) })
  for (const origin of Object.values(edges)) {
    const { pathname } = new URL((await issueAt(api, { key: 'f' })).url)
    const redirect = await ask(origin + pathname)
    expect(redirect.status).toBe(302)
    expect((await ask(locationOf(redirect, origin))).body).toBe('x')
    for (const other of Object.values(edges)) expect((await ask(other + pathname)).status).toBe(403)
  }
})

test('requests that do not open a link, such as HEAD or a prefetch, do not use it', async () => {
  const { api } = await emulatorHere({ bucket: bucketWith({ f: 'x' }) })
  const { url } = await issueAt(api, { key: 'f' })
  const probes = [
    [{ method: 'HEAD' }, 200],
    [{ method: 'OPTIONS' }, 204],
    [{ headers: { 'Sec-Purpose': 'prefetch' } }, 403],
    [{ headers: { Purpose: 'prefetch' } }, 403],
    [{ headers: { 'X-Moz': 'prefetch' } }, 403],
    [{ method: 'POST' }, 403],
    [{ method: 'PUT' }, 405],
  ] as const
  for (const [probe, status] of probes) {
    const response = await ask(url, probe)
    expect(response.status).toBe(status)
    expect(response.headers).toMatchObject(securityHeaders)
  }
  expect((await ask(url)).status).toBe(302)
})

describe.each(['before-signature', 'after-signature'] as const)('a signed URL, with the gate %s,', gateOrder => {
  async function capability(fields: object = {}, clock = manualClock(noon)) {
    const { api } = await emulatorHere({ bucket: bucketWith({ f: 'x', g: 'y' }), clock, gateOrder })
    const { url } = await issueAt(api, { key: 'f', ...fields })
    return { signed: locationOf(await ask(url), url), clock }
  }

  test('works only from the address of its redemption', async () => {
    const { signed } = await capability()
    expect((await ask(signed, { from: '127.0.0.2' })).status).toBe(403)
    expect((await ask(signed)).body).toBe('x')
  })

  test('works from neighbouring addresses if bound to a prefix, and from all addresses if not bound', async () => {
    const prefix = await capability({ bind: 'prefix' })
    expect((await ask(prefix.signed, { from: '127.0.0.2' })).status).toBe(200)
    expect((await ask(prefix.signed, { from: '127.0.1.1' })).status).toBe(403)
    const none = await capability({ bind: 'none' })
    expect((await ask(none.signed, { from: '127.9.9.9' })).status).toBe(200)
  })

  test('is refused after its seconds have passed', async () => {
    const { signed, clock } = await capability({ urlSeconds: 5 })
    clock.advance(4999)
    expect((await ask(signed)).status).toBe(200)
    clock.advance(1)
    const refusal = await ask(signed)
    expect(refusal.status).toBe(403)
    expect(errorCodeOf(refusal)).toBe('AccessDenied')
  })

  test('gives no other object', async () => {
    const { signed } = await capability()
    expect((await ask(signed.replace('/f?', '/g?'))).status).toBe(403)
    expect((await ask(signed.replace('/f?', '/%66?'))).status).toBe(403)
    expect((await ask(`${signed}&response-content-type=text/html`)).status).toBe(403)
  })

  test('is refused if one byte is changed', async () => {
    const { signed } = await capability()
    const start = signed.indexOf('/f?') + 1
    for (let index = start; index < signed.length; index += 1) {
      const flipped = String.fromCodePoint((signed.codePointAt(index) ?? 0) ^ 1)
      const { status } = await ask(signed.slice(0, index) + flipped + signed.slice(index + 1))
      // `~` becomes DEL, which makes the HTTP request malformed.
      expect(status, `${index}: ${flipped}`).toBe(flipped === '\u007f' ? 400 : 403)
    }
  })

  test('makes browsers save the file with the issuer’s file name', async () => {
    const { signed } = await capability({ filename: 'Résumé "1".pdf' })
    const { headers, body } = await ask(signed)
    expect(body).toBe('x')
    expect(headers['content-disposition']).toBe(
      `attachment; filename="R_sum_ _1_.pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%221%22.pdf`,
    )
  })
})

test('a revoked link is refused', async () => {
  const { api } = await emulatorHere({ bucket: bucketWith({ f: 'x' }) })
  const revoked = await issueAt(api, { key: 'f' })
  expect((await ask(`${api}/links/${revoked.id}`, { method: 'DELETE' })).status).toBe(204)
  const refusal = await ask(revoked.url)
  expect(refusal.status).toBe(403)
  expect(JSON.parse(refusal.body)).toMatchObject({ reason: 'revoked' })
})

test('a link bound to a network is not used by a request from another one', async () => {
  const { api } = await emulatorHere({ bucket: bucketWith({ f: 'x' }) })
  const tied = await issueAt(api, { key: 'f', network: '127.0.0.2/32' })
  expect(JSON.parse((await ask(tied.url)).body)).toMatchObject({ reason: 'wrong-network' })
  expect((await ask(tied.url, { from: '127.0.0.2' })).status).toBe(302)
})
