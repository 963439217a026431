import { createHash, randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import {
  type ClientOptions,
  createClient,
  type Fetch,
  NoResponseError,
  type UploadOptions,
  type UploadSource,
} from '../../../client/client.ts'
import { rejection } from '../../support/client/rejection.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

const mebibyte = 1024 ** 2
const partBytes = 8 * mebibyte

/** A client of an emulator; `lines` are its requests, `waits` its waits in milliseconds. `put` and `fetch` may break them. */
async function clientHere({ put = fetch, call = fetch }: { readonly put?: Fetch; readonly call?: Fetch } = {}) {
  const { api } = await emulatorHere({ bucket: temporaryFolder() })
  const [lines, parts, waits]: [string[], RequestInit[], number[]] = [[], [], []]
  const client = createClient({
    origin: api,
    fetch: async (url, init) => {
      lines.push(`${init.method} ${url.slice(api.length).replace(/[\w-]{43}/, 'ID')}`)
      return call(url, init)
    },
    put: async (url, init) => {
      parts.push(init)
      lines.push(`PUT ${new URL(url).searchParams.get('partNumber')}`)
      return put(url, init)
    },
    token: () => 'a.b.c',
    wait: async ms => void waits.push(ms),
  })
  const bytesOf = async (key: string) => {
    const { url } = await client.issue({ key })
    const presigned = await client.exchange(url.slice(-43))
    return Buffer.from(await (await fetch(presigned.url)).arrayBuffer())
  }
  return { client, lines, parts, waits, bytesOf, api }
}

/** Reads bytes in pieces of odd sizes, as often as it is asked for. */
const stream = (bytes: Buffer): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    for (let from = 0; from < bytes.length; from += 999_983) yield bytes.subarray(from, from + 999_983)
  },
})

const oncePerPart = (status: number): Fetch => {
  const failed = new Set<string>()
  return async (url, init) => {
    const number = new URL(url).searchParams.get('partNumber') ?? ''
    if (failed.has(number)) return fetch(url, init)
    failed.add(number)
    if (status === 0) throw new TypeError('fetch failed')
    if (status === 200) return new Response('<title>Login</title>')
    return new Response('<Error><Code>SlowDown</Code></Error>', { status })
  }
}

test.each<[string, { source: (bytes: Buffer) => UploadSource; options: UploadOptions }]>([
  ['a Blob', { source: bytes => new Blob([bytes]), options: { filename: 'a b.bin' } }],
  ['a stream of known size', { source: stream, options: { filename: 'a', bytes: 4 * partBytes + 3 } }],
  ['a stream of unknown size', { source: stream, options: { key: 'k' } }],
])('%s arrives whole, in parts whose hash and size are right, without the token', async (_, { source, options }) => {
  const { client, parts, bytesOf } = await clientHere()
  const bytes = randomBytes(4 * partBytes + 3)
  const progress: number[] = []
  const stored = await client.upload(source(bytes), {
    ...options,
    onProgress: ({ arrived }) => progress.push(arrived),
  })
  expect(stored).toEqual({
    key: expect.stringMatching(/^k$|^[0-9a-f]{32}\/a/) as string,
    versionId: expect.any(String) as string,
  })
  expect((await bytesOf(stored.key)).equals(bytes)).toBe(true)
  expect(parts).toHaveLength(5)
  for (const { headers } of parts) expect(Object.keys(headers ?? {})).toEqual(['x-amz-checksum-sha256'])
  expect([progress.length, progress.at(-1)]).toEqual([5, bytes.length])
})

test.each([
  ['What now?.pdf', 'What now_.pdf', { filename: 'What now?.pdf' }],
  ['2*2\\4?', '2_2_4_', { filename: '2*2_4?' }],
  ['a\\b.pdf', 'a_b.pdf', {}],
])('the file %j has a key that ends in %s, and its link saves it under its own name', async (filename, end, more) => {
  const { client } = await clientHere()
  const uploaded = await client.upload(new Blob(['x']), { filename })
  const key = expect.stringMatching(new RegExp(`^[0-9a-f]{32}/${end}$`)) as string
  expect(uploaded).toEqual({ key, versionId: expect.any(String) as string, ...more })
  const { id } = await client.issue({ for: 'mail', ...uploaded })
  expect(await client.show(id)).toMatchObject({ key: uploaded.key, ...more })
})

test('a file without bytes has one part', async () => {
  const { client, lines, bytesOf } = await clientHere()
  const { key } = await client.upload(new Blob([]), { filename: 'empty' })
  expect(await bytesOf(key)).toHaveLength(0)
  expect(lines.slice(0, 4)).toEqual(['POST /uploads', 'POST /uploads/ID/parts', 'PUT 1', 'POST /uploads/ID/complete'])
})

test.each([0, 200, 400, 429, 503])(
  'a part that fails with %i is sent again, and only after 403 with a new signature',
  async status => {
    const { client, lines } = await clientHere({ put: oncePerPart(status) })
    await client.upload(new Blob(['x']), { filename: 'a' })
    expect(lines).toEqual(['POST /uploads', 'POST /uploads/ID/parts', 'PUT 1', 'PUT 1', 'POST /uploads/ID/complete'])
    const refused = await clientHere({ put: oncePerPart(403) })
    await refused.client.upload(new Blob(['x']), { filename: 'a' })
    expect(refused.lines.slice(2, 5)).toEqual(['PUT 1', 'POST /uploads/ID/parts', 'PUT 1'])
  },
)

test.each([
  [{ url: 'http://minio.lan:9000/a?X-Amz-Signature=s' }, 'http://minio.lan:9000 with x-amz-checksum-sha256'],
  [{ url: 'http://127.0.0.1.evil.example/' }, 'http://127.0.0.1.evil.example with'],
  [{ url: 'data:,x' }, 'null with'],
  [{ headers: { authorization: 'Bearer x' } }, 'with authorization'],
])('no part goes to a place that may not be S3: %j', async (lie, got) => {
  const lies: Fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (!url.endsWith('/parts')) return response
    const { parts } = (await response.json()) as { readonly parts: readonly object[] }
    return Response.json({ parts: parts.map(part => ({ ...part, ...lie })) })
  }
  const { client, parts, waits, lines } = await clientHere({ call: lies })
  const error = await rejection(client.upload(new Blob(['x']), { filename: 'a' }))
  expect(error).toBeInstanceOf(NoResponseError)
  expect(String(error)).toContain(`PUT of part 1: the API named ${'url' in lie ? '' : 'http://127.0.0.1:'}`)
  expect(String(error)).toContain(got)
  expect([parts, waits, lines.at(-1)]).toEqual([[], [], 'DELETE /uploads/ID'])
})

test('parts are tried for two minutes, then the upload fails, and the error says why, without a URL', async () => {
  const { client, waits, lines } = await clientHere({
    put: async () => new Response('<Error><Code>SlowDown</Code>', { status: 503 }),
  })
  const error = await rejection(client.upload(new Blob(['x']), { filename: 'a', idempotencyKey: 'k' }))
  expect(error).toBeInstanceOf(NoResponseError)
  expect(String(error)).toBe('NoResponseError: PUT of part 1: S3 responded 503 SlowDown')
  const sum = waits.reduce((total, ms) => total + ms, 0)
  expect(sum).toBeGreaterThan(100_000)
  expect(sum).toBeLessThanOrEqual(120_000)
  expect(lines).not.toContain('DELETE /uploads/ID')
})

test('a second call with the same key sends what has not arrived with the same content, and of a complete file nothing', async () => {
  const bytes = randomBytes(6 * partBytes)
  let left = 3
  const { client, lines, bytesOf } = await clientHere({
    put: async (url, init) => ((left -= 1) < 0 ? new Response('', { status: 404 }) : fetch(url, init)),
  })
  const options = { filename: 'a', idempotencyKey: 'k' }
  expect(await rejection(client.upload(new Blob([bytes]), options))).toBeInstanceOf(NoResponseError)
  left = Infinity
  // One part that has arrived has other bytes now.
  bytes[0] = (bytes[0] ?? 0) ^ 1
  lines.length = 0
  const { key, versionId } = await client.upload(new Blob([bytes]), options)
  expect((await bytesOf(key)).equals(bytes)).toBe(true)
  expect(lines.filter(line => line.startsWith('PUT'))).toEqual(['PUT 1', 'PUT 4', 'PUT 5', 'PUT 6'])
  lines.length = 0
  expect(await client.upload(new Blob([bytes]), options)).toEqual({ key, versionId })
  expect(lines).toEqual(['POST /uploads'])
  const other = await client.upload(stream(randomBytes(6 * partBytes)), { ...options, bytes: bytes.length })
  expect(other.key).not.toBe(key)
})

test('of two files that are sent at once with one key, each is delivered as it is', async () => {
  const { client, bytesOf } = await clientHere()
  const files = [randomBytes(2 * partBytes), randomBytes(2 * partBytes)]
  const options = { filename: 'a', idempotencyKey: 'k' }
  // The first one begins the upload.
  const begun = Promise.withResolvers<undefined>()
  const first = client.upload(new Blob(files.slice(0, 1)), { ...options, onBegin: () => begun.resolve(undefined) })
  await begun.promise
  const stored = await Promise.all([first, client.upload(new Blob(files.slice(1)), options)])
  for (const [index, { key }] of stored.entries()) {
    expect((await bytesOf(key)).equals(files[index] ?? Buffer.alloc(0))).toBe(true)
  }
})

test('a lost response to the end of an upload is no loss', async () => {
  let isLost = false
  const { client } = await clientHere({
    call: async (url, init) => {
      const response = await fetch(url, init)
      if (isLost || !url.endsWith('/complete')) return response
      isLost = true
      throw new TypeError('fetch failed')
    },
  })
  expect(await client.upload(new Blob(['x']), { key: 'k' })).toMatchObject({ key: 'k' })
  expect(isLost).toBe(true)
})

test.each<[string, Partial<UploadOptions>, string[]]>([
  ['leaves what has arrived', { idempotencyKey: 'k' }, []],
  ['with endOnAbort ends it', { idempotencyKey: 'k', endOnAbort: true }, ['DELETE /uploads/ID']],
  ['without a key, by which it could go on, ends it', {}, ['DELETE /uploads/ID']],
])('an upload that is aborted %s; the same call begins or goes on', async (_, more, ended) => {
  const { client, lines } = await clientHere()
  const stop = new AbortController()
  const reason = new Error('enough')
  const options = { filename: 'a', ...more, onProgress: () => stop.abort(reason) }
  const bytes = randomBytes(5 * partBytes)
  expect(await rejection(client.upload(new Blob([bytes]), { ...options, signal: stop.signal }))).toBe(reason)
  expect(lines.filter(line => line.startsWith('DELETE'))).toEqual(ended)
  expect(await client.upload(new Blob([bytes]), { filename: 'a', ...more })).toMatchObject({
    key: expect.any(String) as string,
  })
})

test('an object is replaced only if that is wanted, and the upload that was refused is ended', async () => {
  const { client, lines, bytesOf } = await clientHere()
  await client.upload(new Blob(['one']), { key: 'k' })
  expect(await rejection(client.upload(new Blob(['two']), { key: 'k', idempotencyKey: 'x' }))).toMatchObject({
    reason: 'object-exists',
  })
  expect(lines.at(-1)).toBe('DELETE /uploads/ID')
  await client.upload(new Blob(['two']), { key: 'k', replace: true })
  expect(String(await bytesOf('k'))).toBe('two')
})

test('with replace, a file that was replaced since is sent again by the same call', async () => {
  const { client, bytesOf } = await clientHere()
  for (const text of ['one', 'two', 'one']) {
    await client.upload(new Blob([text]), { key: 'k', replace: true, idempotencyKey: text })
    expect(String(await bytesOf('k'))).toBe(text)
  }
})

test('a source of another size than was said, and an error of the program before the first byte, send nothing more', async () => {
  const { client, lines, api } = await clientHere()
  for (const bytes of [2, 4])
    expect(await rejection(client.upload(stream(Buffer.from('abc')), { filename: 'a', bytes }))).toMatchObject({
      message: expect.stringMatching(/^source: got (more|3) bytes, allowed: [24]/) as string,
    })
  const onBegin = (key: string) => {
    throw new Error(createHash('md5').update(key).digest('hex'))
  }
  expect(await rejection(client.upload(new Blob(['x']), { filename: 'a', onBegin }))).toMatchObject({
    message: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  })
  expect(lines.filter(line => line.startsWith('PUT') || line.includes('complete'))).toEqual([])
  expect((await ask(`${api}/links`)).body).toBe('{"links":[]}')
})

test.each<[string, unknown, string]>([
  ['bytes', Buffer.from('abc'), 'got Uint8Array, allowed: a Blob, or an async iterable of Uint8Array'],
  ['a path', '/etc/hosts', 'got String, allowed: a Blob, or an async iterable of Uint8Array'],
  ['nothing', undefined, 'got Undefined, allowed: a Blob, or an async iterable of Uint8Array'],
  ['chunks of another type', new Blob(['abc']).stream().pipeThrough(new TextDecoderStream()), 'got chunks of String'],
  ['chunks without a length', ReadableStream.from([new ArrayBuffer(3)]), 'got chunks of ArrayBuffer'],
])('%s as a source is refused: it would arrive empty', async (_, source, message) => {
  const { client, lines } = await clientHere()
  const error = await rejection(client.upload(source as UploadSource, { filename: 'a' }))
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain(`source: ${message}`)
  expect(lines.filter(line => line.startsWith('PUT') || line.includes('complete'))).toEqual([])
})

test.each<[string, Partial<ClientOptions>]>([
  ['an API that no longer responds', {}],
  ['a token that does not come', { token: () => new Promise<string>(() => undefined) }],
])(
  'an upload that is aborted stops soon, also with %s',
  async (_, options) => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const client = createClient({
      origin: api,
      fetch: async (url, init) => (init.method === 'DELETE' ? new Promise(() => undefined) : fetch(url, init)),
      put: async (_, { signal }) => new Promise((__, reject) => signal?.addEventListener('abort', reject)),
      ...options,
    })
    const stop = new AbortController()
    const reason = new Error('enough')
    const upload = client.upload(new Blob(['x']), { filename: 'a', signal: stop.signal })
    setTimeout(() => stop.abort(reason), 500)
    const startedAt = performance.now()
    expect(await rejection(upload)).toBe(reason)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  },
  60_000,
)

test('a page without TLS, where browsers hash nothing, gets an error that says so', async () => {
  vi.stubGlobal('crypto', {})
  const upload = createClient({ origin: 'http://127.0.0.1' }).upload(new Blob(['x']), { filename: 'a' })
  const error = await rejection(upload).finally(() => vi.unstubAllGlobals())
  expect(String(error)).toBe('Error: upload: got a page without crypto.subtle, allowed: one of https:// or localhost')
})
