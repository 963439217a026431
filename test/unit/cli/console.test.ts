import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../../../client/client.ts'
import { loopback } from '../../../cli/adapters/machine.ts'
import { linkRoutes, uploadRoutes } from '../../../cli/console/routes.ts'
import { createListener } from '../../../cli/console/listener.ts'
import type { PartUploads, UploadedPart } from '../../../cli/ports/console.ts'
import type { UploadState } from '../../../console/protocol.ts'
import { parseVersionId } from '../../../shared/object-key.ts'
import { type Answer, ask } from '../../support/http.ts'

const token = 'A'.repeat(43)
const partBytes = 8 * 1024 * 1024

/** A bucket in memory, with the promises of S3 that the console relies on. */
function bucketHere(): PartUploads & { readonly aborted: string[]; has: boolean } {
  const uploads = new Map<string, { key: string; parts: Map<number, UploadedPart> }>()
  const bucket = {
    aborted: [] as string[],
    has: false,
    unfinished: async (key: string) => [...uploads].findLast(([, upload]) => upload.key === key)?.[0],
    start: async (key: string) => {
      const id = `upload-${uploads.size + 1}`
      uploads.set(id, { key, parts: new Map() })
      return id
    },
    parts: async ({ uploadId }: { uploadId: string }) => {
      const found = uploads.get(uploadId)
      return found && [...found.parts.values()].toSorted((a, b) => a.number - b.number)
    },
    put: async (
      { number, bytes, sha256, body }: Parameters<PartUploads['put']>[0],
      { uploadId }: { uploadId: string },
    ) => {
      const content = await buffer(body)
      if (hashOf(content) !== sha256) throw new Error('BadDigest')
      uploads.get(uploadId)?.parts.set(number, { number, bytes, etag: 'etag', sha256 })
    },
    complete: async (_: unknown, __: unknown, { replace }: { replace: boolean }) =>
      bucket.has && !replace
        ? { kind: 'exists' as const }
        : { kind: 'stored' as const, versionId: parseVersionId('version') },
    abort: async ({ uploadId }: { uploadId: string }) => void bucket.aborted.push(uploadId),
  }
  return bucket
}

const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('base64')

async function consoleHere(client: Partial<Client> = {}) {
  const server = await loopback.listen()
  onTestFinished(() => server.close())
  const bucket = bucketHere()
  const routes = { ...linkRoutes(client as Client), ...uploadRoutes(async () => bucket) }
  server.serve(createListener({ origin: server.origin, token, routes }))
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const send = (method: string, path: string, body?: object) =>
    ask(server.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const put = (query: string, content: Buffer, sha256 = hashOf(content)) =>
    ask(`${server.origin}/console/uploads?${query}`, {
      method: 'PUT',
      headers: { ...headers, 'content-sha256': sha256, 'content-length': String(content.length) },
      body: content.toString('latin1'),
    })
  const begin = async (key: string, bytes: number, resume = true) =>
    JSON.parse((await send('POST', '/console/uploads', { key, bytes, type: '', resume })).body) as UploadState
  return { ...server, bucket, send, put, begin }
}

const errorsOf = ({ body }: Answer) => (JSON.parse(body) as { errors: unknown }).errors

test('an upload goes on from the parts that have arrived, if they fit the file, and from no other', async () => {
  const { put, begin } = await consoleHere()
  const bytes = partBytes + 3
  const first = await begin('a/f', bytes)
  expect(first).toEqual({ uploadId: 'upload-1', partBytes, arrived: [] })
  const rest = Buffer.from('end')
  expect((await put('key=a/f&uploadId=upload-1&number=2', rest)).status).toBe(204)
  expect(await begin('a/f', bytes)).toEqual({ ...first, arrived: [{ number: 2, sha256: hashOf(rest) }] })
  // Another size is another file, and without a key that names the file, none goes on.
  expect((await begin('a/f', bytes + 1)).uploadId).toBe('upload-2')
  expect((await begin('a/f', bytes, false)).uploadId).toBe('upload-3')
})

test('parts grow with the file, so that S3 takes them all', async () => {
  const { begin } = await consoleHere()
  expect((await begin('f', 5 * 1024 ** 4)).partBytes).toBe(Math.ceil((5 * 1024 ** 4) / 9000))
})

test('a part whose bytes are not those of its hash is refused', async () => {
  const { put, begin } = await consoleHere()
  await begin('f', 3)
  expect((await put('key=f&uploadId=upload-1&number=1', Buffer.from('abc'), hashOf(Buffer.from('x')))).status).toBe(502)
})

test('an object is made of all parts only, and replaces none unless that is wanted', async () => {
  const { send, put, begin, bucket } = await consoleHere()
  await begin('f', 3)
  const done = { key: 'f', uploadId: 'upload-1', bytes: 3, replace: false }
  const early = await send('POST', '/console/uploads/complete', done)
  expect(early).toMatchObject({ status: 409, body: expect.stringContaining('0 of 3 bytes have arrived') })
  await put('key=f&uploadId=upload-1&number=1', Buffer.from('abc'))
  bucket.has = true
  const taken = await send('POST', '/console/uploads/complete', done)
  expect(taken.status).toBe(412)
  expect(errorsOf(taken)).toMatchObject([{ field: 'key', got: '"f"' }])
  const replaced = await send('POST', '/console/uploads/complete', { ...done, replace: true })
  expect(JSON.parse(replaced.body)).toEqual({ versionId: 'version' })
  expect((await send('POST', '/console/uploads/abort', { key: 'f', uploadId: 'upload-1' })).status).toBe(204)
  expect(bucket.aborted).toEqual(['upload-1'])
})

test.each([
  ['key', { key: '../f', bytes: 1, type: '', resume: true }],
  ['bytes', { key: 'f', bytes: -1, type: '', resume: true }],
  ['type', { key: 'f', bytes: 1, type: 'a\nb', resume: true }],
  ['resume', { key: 'f', bytes: 1, type: '', resume: 'yes' }],
  ['owner', { key: 'f', bytes: 1, type: '', resume: true, owner: 'x' }],
])('a wrong %s of an upload is refused by its name', async (field, body) => {
  const { send } = await consoleHere()
  const refused = await send('POST', '/console/uploads', body)
  expect(refused.status).toBe(400)
  expect(errorsOf(refused)).toEqual([expect.objectContaining({ field })])
})

test('a list goes on where its page ended', async () => {
  const links = Array.from({ length: 250 }, (_, index) => ({ id: String(index) }))
  const asked: unknown[] = []
  const list = async function* (options: unknown) {
    asked.push(options)
    yield* links
  } as unknown as Client['list']
  const { send } = await consoleHere({ list })
  const found: unknown[] = []
  let next: string | undefined
  do {
    const query = next === undefined ? 'state=live&reference=a' : `cursor=${next}`
    const page = JSON.parse((await send('GET', `/links?${query}`)).body) as { links: object[]; next?: string }
    found.push(...page.links)
    next = page.next
  } while (next !== undefined)
  expect(found).toEqual(links)
  expect(asked).toEqual([{ reference: 'a', state: 'live', pageSize: 100 }])
  expect((await send('GET', '/links?cursor=x')).status).toBe(400)
  expect((await send('GET', '/links?state=lost')).status).toBe(400)
})

test('an operation that is not listed is not carried out, and an error has no secret', async () => {
  const show = async () => Promise.reject(new Error(`no /d/${'n'.repeat(43)}?Signature=abc`))
  const { send } = await consoleHere({ show })
  for (const [method, path] of [
    ['POST', '/exchange'],
    ['POST', '/links/batch'],
    ['PUT', '/links'],
    ['GET', '/../x'],
  ] as const)
    expect((await send(method, path, method === 'GET' ? undefined : {})).status, path).toBe(404)
  const failed = await send('GET', `/links/${'A'.repeat(22)}`)
  expect(failed.status).toBe(502)
  expect(failed.body).not.toMatch(/nnnn|Signature=a/)
  expect((await send('GET', '/links/short')).status).toBe(400)
})
