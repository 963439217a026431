import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { s3Objects } from '../../../api/adapters/s3-objects.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import type { ObjectKey, VersionId } from '../../../shared/object-key.ts'
import { serveHere } from '../../support/machine/serve.ts'

afterEach(() => void vi.restoreAllMocks())

const key = 'a b/ü.pdf' as ObjectKey
const versionId = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as VersionId
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }

interface S3Response {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
}

/** Makes an S3 that responds to each request by `respond`, or never if that returns undefined. */
async function objectsAt(respond: (request: IncomingMessage) => S3Response | undefined) {
  const requests: IncomingMessage[] = []
  const { origin } = await serveHere((request, response) => {
    requests.push(request)
    const answer = respond(request)
    if (answer !== undefined) response.writeHead(answer.status, answer.headers).end()
  })
  const config = { region: 'eu-west-1', endpoint: origin, forcePathStyle: true, credentials }
  return { ...s3Objects(s3Requests('content', config)), requests }
}

const statusFor = (statuses: Readonly<Record<string, number>>) => (request: IncomingMessage) => ({
  status: statuses[request.url?.includes('versionId=') ? 'version' : 'key'] ?? 500,
})

test('a look is one signed HEAD that names the version and asks for no checksum', async () => {
  const { look, requests } = await objectsAt(() => ({ status: 200, headers: { 'x-amz-version-id': versionId } }))
  await look({ key, versionId })
  await look({ key })
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `HEAD /content/a%20b/%C3%BC.pdf?versionId=${versionId}`,
    'HEAD /content/a%20b/%C3%BC.pdf',
  ])
  expect(requests[0]?.headers).not.toHaveProperty('x-amz-checksum-mode')
  expect(requests[0]?.headers.authorization).toContain('AWS4-HMAC-SHA256')
})

test('of a file that a link took, a look is one HEAD that asks for its checksum, and finds its name and time', async () => {
  const received = `r/received/${'a'.repeat(22)}/${'b'.repeat(22)}` as ObjectKey
  const sha256 = 'LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564='
  const headers = {
    'content-length': 10,
    'last-modified': 'Tue, 24 Nov 2026 12:00:05 GMT',
    'x-amz-checksum-sha256': `${sha256}-2`,
    'x-amz-meta-once-filename': 'R%C3%B6ntgen%201.pdf',
  }
  const { look, requests } = await objectsAt(() => ({ status: 200, headers }))
  expect(await look({ key: received })).toEqual({
    size: 10,
    received: { filename: 'Röntgen 1.pdf', sha256, at: Date.parse('2026-11-24T12:00:05Z') / 1000 },
  })
  expect(requests.map(({ method, headers: sent }) => [method, sent['x-amz-checksum-mode']])).toEqual([
    ['HEAD', 'ENABLED'],
  ])
  expect(requests[0]?.headers.authorization).toContain('SignedHeaders=host;x-amz-checksum-mode;')
})

test.each(['', '%', '..%2Fa', 'a%00', '%E2%80%AE', 'a%2Fb'])('a name that is none, %j, is not shown', async name => {
  const headers = { 'x-amz-meta-once-filename': name }
  expect(await (await objectsAt(() => ({ status: 200, headers }))).look({ key })).toEqual({})
})

test('finds version, size, ETag and media type', async () => {
  const headers = {
    'x-amz-version-id': versionId,
    'content-length': 5_368_709_120,
    etag: '"9b2cf535f27731c974343645a3985328-17"',
    'content-type': 'text/plain; charset=utf-8',
    'x-amz-meta-once-caller': 'hash',
  }
  expect(await (await objectsAt(() => ({ status: 200, headers }))).look({ key })).toEqual({
    versionId,
    size: 5_368_709_120,
    etag: '"9b2cf535f27731c974343645a3985328-17"',
    contentType: 'text/plain; charset=utf-8',
    uploader: 'hash',
  })
})

test.each([
  ['no version: the bucket has none', { 'x-amz-version-id': 'null' }, {}],
  ['no version: a link may not name its id', { 'x-amz-version-id': 'a b' }, {}],
  ['a media type of 255 characters', { 'content-type': 'x'.repeat(255) }, { contentType: 'x'.repeat(255) }],
  ['no longer media type', { 'content-type': 'x'.repeat(256) }, {}],
  ['no media type with other characters', { 'content-type': 'text/\u0085' }, {}],
  ['no malformed ETag', { etag: 'unquoted' }, {}],
  ['no weak ETag', { etag: 'W/"9b2c"' }, {}],
  ['no long ETag', { etag: `"${'x'.repeat(65)}"` }, {}],
])('of a response, finds %s', async (_, headers, expected) => {
  const { look } = await objectsAt(() => ({ status: 200, headers: { 'content-length': 7, ...headers } }))
  expect(await look({ key })).toEqual({ size: 7, ...expected })
})

test.each([
  ['a key that S3 does not have', { key: 404 }, undefined],
  ['a version that S3 does not have', { version: 404 }, versionId],
  ['the version of a delete marker', { version: 405 }, versionId],
  ['a version that this bucket can not have', { version: 400, key: 200 }, versionId],
  ['a version that this bucket can not have, of no object', { version: 400, key: 404 }, versionId],
])('%s is missing', async (_, statuses: Readonly<Record<string, number>>, version) => {
  const { look } = await objectsAt(statusFor(statuses))
  expect(await look({ key, ...(version && { versionId: version }) })).toBe('missing')
})

test.each([
  ['403: without s3:ListBucket, S3 does not say what is missing', { key: 403 }, undefined],
  ['301: the bucket is in another Region', { key: 301 }, undefined],
  ['400 to any request, as with expired credentials', { version: 400, key: 400 }, versionId],
  ['503', { version: 503 }, versionId],
])('%s rejects', async (_, statuses: Readonly<Record<string, number>>, version) => {
  const { look } = await objectsAt(statusFor(statuses))
  await expect(look({ key, ...(version && { versionId: version }) })).rejects.toThrow()
})

test('after an error of S3, a second attempt finds the object, and there is no third', async () => {
  let errors = 1
  const { look, requests } = await objectsAt(() => ({ status: (errors -= 1) >= 0 ? 503 : 200 }))
  expect(await look({ key })).toEqual({})
  expect(requests).toHaveLength(2)
  errors = 9
  await expect(look({ key })).rejects.toThrow()
  expect(requests).toHaveLength(4)
})

test('if S3 does not respond, a look rejects after its second attempt, within 3 seconds', async () => {
  const { look, requests } = await objectsAt(() => undefined)
  const startedAt = performance.now()
  await expect(look({ key })).rejects.toThrow()
  expect(performance.now() - startedAt).toBeLessThan(3500)
  expect(requests).toHaveLength(2)
})

test('after an error of S3, the second attempt comes a moment later', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  const times: number[] = []
  const { look } = await objectsAt(() => {
    times.push(performance.now())
    return { status: 503 }
  })
  await expect(look({ key })).rejects.toThrow('503')
  expect(times.map(time => time - times[0]! >= 90)).toEqual([false, true])
})

test('starts no attempt that has no time left', async () => {
  const { look, requests } = await objectsAt(({ url }) =>
    url?.includes('versionId=') && requests.length === 2 ? { status: 400 } : undefined,
  )
  await expect(look({ key, versionId })).rejects.toThrow()
  expect(requests).toHaveLength(3)
})
