import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { resourceParameters } from '../../shared/object-key.ts'
import { partChecksumHeader } from '../../shared/schemas/upload.ts'
import { type ConditionalHeaders, evaluate } from './conditions.ts'
import type { DeleteMarker, FoundVersion, ObjectStore, OpenVersion } from './object-store.ts'

/** Request for one object. */
export interface OriginRequest {
  readonly method: 'GET' | 'HEAD'
  /** Path and query as CloudFront passes them on. */
  readonly target: string
  readonly headers: ConditionalHeaders
  /** Whether the requester has `s3:ListBucket`. @default false, as CloudFront */
  readonly mayList?: boolean
  /** Whether it asks for the checksum. @default false */
  readonly withChecksum?: boolean
}

/** Response to it. A HEAD's has no body. Who doesn't read the body must destroy it. */
export interface OriginResponse {
  readonly status: number
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Readable | undefined
}

/** Responds to a GET or HEAD for one object. Rejects if there is no response. */
export type Origin = (request: OriginRequest) => Promise<OriginResponse>

/** Says whether the bucket policy allows to read what was found under a key. */
export type MayRead = (key: string, found: FoundVersion) => Promise<boolean>

/** Bytes that are read at once. */
const chunkBytes = 65_536

/**
 * Serves objects as S3 does: `versionId`, delete markers, one range, conditions, the override
 * `response-content-disposition`, S3's headers and its errors in XML. Who may not list the bucket gets 403 for what is missing (S3,
 * "GetObject"), also for a version, of which AWS says nothing. So does what `mayRead` refuses. A response breaks off if its version changes.
 */
export function s3Origin(store: ObjectStore, mayRead?: MayRead): Origin {
  return async request => {
    const found = await respond(request, store, mayRead)
    const { status, headers, body } = found.status === 404 && request.mayList !== true ? accessDenied() : found
    if (request.method === 'HEAD') body?.destroy()
    const common = {
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-amz-id-2': randomBytes(48).toString('base64'),
      server: 'AmazonS3',
    }
    return { status, headers: { ...common, ...headers }, ...(request.method === 'GET' && { body }) }
  }
}

async function respond(
  request: OriginRequest,
  store: ObjectStore,
  mayRead: MayRead | undefined,
): Promise<OriginResponse> {
  const disposition = queryOf(request.target).get(resourceParameters.disposition) ?? undefined
  if (!/^[\x20-\x7e]*$/.test(disposition ?? '')) return invalid('Header value is not plain text')
  const opened = await openTarget(request.target, store, mayRead)
  if ('status' in opened) return opened
  const response = await responseWith(opened.version, request, disposition)
  return response ?? (opened.isNamed ? noSuchVersion() : slowDown())
}

const queryOf = (target: string) => new URLSearchParams(target.split(/\?(.*)/s)[1])

/** Opens the version at a path and query, where `isNamed` says whether the query names it. Otherwise returns S3's response. */
export async function openTarget(
  target: string,
  store: ObjectStore,
  mayRead?: MayRead,
): Promise<{ readonly key: string; readonly version: OpenVersion; readonly isNamed: boolean } | OriginResponse> {
  const key = keyOf(target.split('?')[0] ?? '')
  const versionId = queryOf(target).get(resourceParameters.version) ?? undefined
  if (key === undefined) return noSuchKey()
  if (versionId === '') return invalid('Version id cannot be empty')
  const found = await store.open(key, versionId).catch(() => undefined)
  if (found === undefined) return slowDown()
  if (mayRead !== undefined && !(await mayRead(key, found))) {
    if (found.kind === 'version') await found.close()
    return accessDenied()
  }
  if (found.kind === 'absent') return versionId === undefined ? noSuchKey() : noSuchVersion()
  if (found.kind === 'delete-marker') return deleteMarkerResponse(found, versionId !== undefined)
  return { key, version: found, isNamed: versionId !== undefined }
}

/** Responds with an open version, and closes it. Undefined if it changes before its first bytes are read. */
async function responseWith(
  version: OpenVersion,
  request: OriginRequest,
  disposition: string | undefined,
): Promise<OriginResponse | undefined> {
  const { method, headers: conditions } = request
  const evaluation = evaluate(conditions, version)
  const headers = {
    ...headersOf(version, request),
    ...(disposition !== undefined && { 'content-disposition': disposition }),
  }
  if (evaluation.kind === 'whole' || evaluation.kind === 'part') {
    const { first, last } = evaluation.kind === 'part' ? evaluation : { first: 0, last: version.size - 1 }
    const range = { 'content-range': `bytes ${first}-${last}/${version.size}` }
    const sized = { ...headers, 'content-length': String(last + 1 - first), ...(evaluation.kind === 'part' && range) }
    const status = evaluation.kind === 'part' ? 206 : 200
    if (method === 'HEAD') {
      await version.close()
      return { status, headers: sized }
    }
    const body = await streamOf(version, first, last)
    return body && { status, headers: sized, body }
  }
  await version.close()
  if (evaluation.kind === 'not-modified') return { status: 304, headers }
  return xmlResponse(
    416,
    { code: 'InvalidRange', message: 'The requested range is not satisfiable' },
    { 'content-range': `bytes */${version.size}` },
  )
}

/** S3 says the checksum only if a request asks for it. */
function headersOf(version: OpenVersion, { withChecksum }: OriginRequest): Record<string, string> {
  const { versionId, etag, modifiedAt, contentType, headers = {} } = version
  const { [partChecksumHeader]: checksum, ...metadata } = headers
  return {
    ...metadata,
    ...(withChecksum && checksum !== undefined && { [partChecksumHeader]: checksum }),
    etag,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'content-type': contentType,
    'accept-ranges': 'bytes',
    'x-amz-version-id': versionId,
    'x-amz-server-side-encryption': 'AES256',
  }
}

/** Streams the bytes from `first` to `last`, with the first ones read already; undefined if the version changes before. */
async function streamOf(version: OpenVersion, first: number, last: number): Promise<Readable | undefined> {
  const next = (position: number) => version.read(position, Math.min(chunkBytes, last + 1 - position))
  let ready = last < first ? Buffer.alloc(0) : await next(first).catch(() => undefined)
  if (ready === undefined) {
    await version.close()
    return undefined
  }
  let position = first
  async function pushNext(stream: Readable): Promise<void> {
    try {
      const chunk = ready ?? (await next(position))
      ready = undefined
      position += chunk.length
      if (chunk.length > 0) stream.push(chunk)
      if (position > last) stream.push(null)
    } catch (error) {
      stream.destroy(error as Error)
    }
  }
  return new Readable({
    read() {
      void pushNext(this)
    },
    async destroy(error, done) {
      await version.close()
      done(error)
    },
  })
}

/** Decodes a path as S3 does, also behind CloudFront: once, and `+` is a space. Undefined for dots and empty segments. */
export function keyOf(path: string): string | undefined {
  try {
    const key = decodeURIComponent(path.slice(1).replaceAll('+', ' '))
    const segments = key.split('/')
    return key.includes('\0') || segments.some(segment => ['', '.', '..'].includes(segment)) ? undefined : key
  } catch {
    return undefined
  }
}

/** Responds as S3 does to a request that names a delete marker, or finds one as the latest version. */
function deleteMarkerResponse({ versionId, modifiedAt }: DeleteMarker, isNamed: boolean): OriginResponse {
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId }
  if (!isNamed) return noSuchKey(headers)
  const more = { ...headers, allow: 'DELETE', 'last-modified': new Date(modifiedAt).toUTCString() }
  return xmlResponse(405, { code: 'MethodNotAllowed', message: 'The version is a delete marker.' }, more)
}

const invalid = (message: string) => xmlResponse(400, { code: 'InvalidArgument', message })
const noSuchKey = (headers = {}) =>
  xmlResponse(404, { code: 'NoSuchKey', message: 'The specified key does not exist.' }, headers)
const noSuchVersion = () =>
  xmlResponse(404, { code: 'NoSuchVersion', message: 'The specified version does not exist.' })
/** Makes S3's response to a request that a policy refuses. */
export const accessDenied = () => xmlResponse(403, { code: 'AccessDenied', message: 'Access Denied' })
const slowDown = () => xmlResponse(503, { code: 'SlowDown', message: 'The file changes while it is read.' })

/** Makes an error as S3 and CloudFront do: a code and a message in XML. Both must be ours, never text of the request. */
export function xmlResponse(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): OriginResponse {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  const body = Buffer.from(text)
  const length = { 'content-type': 'application/xml', 'content-length': String(body.length) }
  return { status, headers: { ...headers, ...length }, body: Readable.from([body]) }
}

/** Sends a response of an origin. If its body fails, closes the connection, so that no client believes it to be whole. */
export async function send(response: ServerResponse, { status, headers, body }: OriginResponse): Promise<void> {
  response.writeHead(status, headers)
  if (body === undefined) return void response.end()
  await pipeline(body, response).catch(() => {
    body.destroy() // `pipeline` does not, if the viewer has left before
    response.destroy()
  })
}
