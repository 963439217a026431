import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { bodyOf } from '../../console/messages.ts'
import { maxParts, partChecksumHeader } from '../../shared/schemas/upload.ts'
import { mediaTypeOf } from './object-store.ts'
import { keyOf, type OriginResponse, xmlResponse } from './origin.ts'
import type { Draft } from './part-files.ts'
import type { VersionedObjects } from './versioned-objects.ts'

/** Limits of S3 (AWS, "Amazon S3 multipart upload limits"). */
const minPartBytes = 5 * 1024 ** 2
const maxPartBytes = 5 * 1024 ** 3
const maxListed = 1000
/** Longest list of parts that is read, in bytes: ten thousand with their checksums take 2 MB. */
const maxListBytes = 4 * 1024 ** 2

/** Finds what responds to a request for an upload in parts; undefined if it is another request. */
export type Multipart = (method: string, query: URLSearchParams) => Operation | undefined

/** Responds to a request; `target` has the path in the bucket, and the query. */
export type Operation = (request: IncomingMessage, target: string) => Promise<OriginResponse>

/** An upload that has begun, with what has arrived by number. Its parts have a SHA-256 if it began with that. */
interface Upload {
  readonly id: string
  readonly key: string
  readonly contentType: string
  readonly hasChecksums: boolean
  /** Its metadata, as headers. */
  readonly metadata: Readonly<Record<string, string>>
  readonly parts: Map<number, Draft>
  /** Whether a request completes it. */
  isCompleting: boolean
}

/** Gets S3's event of an object that was made. */
type Created = (object: { readonly key: string; readonly bytes: number }) => void

/** A request for an upload that is open. */
interface UploadRequest {
  readonly request: IncomingMessage
  readonly query: URLSearchParams
  readonly bucket: VersionedObjects
  readonly upload: Upload
  /** Those that have not ended. */
  readonly uploads: Map<string, Upload>
  readonly created: Created | undefined
}

const operations = new Map(Object.entries({ PUT: uploadPart, GET: listParts, POST: complete, DELETE: abort }))

/**
 * Responds as S3 does to CreateMultipartUpload, UploadPart, ListParts, CompleteMultipartUpload and AbortMultipartUpload. Of
 * checksums it knows SHA-256 of each part. What is not complete ends with the process. `created` is called for each object.
 */
export function multipart(bucket: VersionedObjects, created?: Created): Multipart {
  const uploads = new Map<string, Upload>()
  return (method, query) => {
    if (method === 'POST' && query.has('uploads')) return async (...request) => begin(...request, uploads)
    const id = query.get('uploadId')
    const operation = operations.get(method)
    if (id === null || operation === undefined || query.has('partNumber') !== (method === 'PUT')) return undefined
    return async (request, target) => {
      const upload = uploads.get(id)
      if (upload === undefined || upload.key !== keyIn(target)) return noSuchUpload()
      return operation({ request, query, bucket, upload, uploads, created })
    }
  }
}

const keyIn = (target: string) => keyOf(target.split('?')[0] ?? '')

function begin({ headers }: IncomingMessage, target: string, uploads: Map<string, Upload>): OriginResponse {
  const key = keyIn(target)
  const algorithm = headers['x-amz-checksum-algorithm']
  if (key === undefined || (algorithm !== undefined && algorithm !== 'SHA256')) return notImplemented()
  const id = randomBytes(32).toString('base64url')
  const contentType = headers['content-type'] ?? mediaTypeOf(key)
  const hasChecksums = algorithm !== undefined
  const metadata = Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')),
  ) as Record<string, string>
  uploads.set(id, { id, key, contentType, hasChecksums, metadata, parts: new Map(), isCompleting: false })
  return s3Result('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`)
}

async function uploadPart({ request, query, bucket, upload, uploads }: UploadRequest): Promise<OriginResponse> {
  const number = Number(query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > maxParts) return refuse('InvalidArgument')
  const checksum = [request.headers[partChecksumHeader]].flat()[0]
  if (upload.hasChecksums !== (checksum !== undefined)) return refuse('InvalidRequest')
  const draft = await bucket.receive(request, maxPartBytes)
  if (draft === undefined) return refuse('EntityTooLarge')
  const isWrong = checksum !== undefined && checksum !== base64(draft.sha256)
  const reason = wrongPayload(request, draft.sha256) ?? (isWrong ? 'BadDigest' : undefined)
  const earlier = upload.parts.get(number)
  if (reason !== undefined || upload.isCompleting || !uploads.has(upload.id)) {
    await rm(draft.path)
    return reason === undefined ? noSuchUpload() : refuse(reason)
  }
  upload.parts.set(number, draft)
  if (earlier !== undefined) await rm(earlier.path)
  return { status: 200, headers: { etag: `"${draft.md5}"`, 'content-length': '0' } }
}

async function listParts({ query, upload: { parts, hasChecksums } }: UploadRequest): Promise<OriginResponse> {
  const after = Number(query.get('part-number-marker') ?? 0)
  const most = Math.min(Number(query.get('max-parts') ?? maxListed), maxListed)
  const later = [...parts].filter(([number]) => number > after).toSorted(([a], [b]) => a - b)
  const page = later.slice(0, most)
  const listed = page.map(([number, { bytes, md5, sha256 }]) => {
    const checksum = hasChecksums ? `<ChecksumSHA256>${base64(sha256)}</ChecksumSHA256>` : ''
    return `<Part><PartNumber>${number}</PartNumber><ETag>"${md5}"</ETag><Size>${bytes}</Size>${checksum}</Part>`
  })
  // As S3 writes it, also on the last page. The SDK's `paginateListParts` never ends on it: only IsTruncated says what follows.
  const marker = `<NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`
  const shown = `${marker}<MaxParts>${most}</MaxParts><IsTruncated>${later.length > page.length}</IsTruncated>`
  return s3Result('ListPartsResult', shown + listed.join(''))
}

async function complete({ request, bucket, upload, uploads, created }: UploadRequest): Promise<OriginResponse> {
  const condition = request.headers['if-none-match']
  if (condition !== undefined && condition !== '*') return notImplemented()
  const body = (await bodyOf(request, maxListBytes)) ?? Buffer.alloc(0)
  const parts =
    wrongPayload(request, createHash('sha256').update(body).digest('hex')) ?? chosen(body.toString(), upload)
  if (typeof parts === 'string') return refuse(parts)
  if (!uploads.has(upload.id)) return noSuchUpload()
  if (upload.isCompleting) return refuse('ConditionalRequestConflict', 409)
  // From here on no part arrives, and no other request completes it.
  upload.isCompleting = true
  const over = (hash: 'md5' | 'sha256') =>
    createHash(hash).update(Buffer.from(parts.map(part => part[hash]).join(''), 'hex'))
  const etag = `"${over('md5').digest('hex')}-${parts.length}"`
  const { key, contentType, metadata } = upload
  const sum = `${over('sha256').digest('base64')}-${parts.length}`
  const headers = { ...metadata, ...(upload.hasChecksums && { [partChecksumHeader]: sum }) }
  const versionId = await bucket.put(key, parts, { etag, contentType, headers, mustBeNew: condition === '*' })
  if (versionId === undefined) {
    upload.isCompleting = false
    return refuse('PreconditionFailed', 412)
  }
  uploads.delete(upload.id)
  created?.({ key, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) })
  await removeParts(upload)
  const content = `<ETag>${etag}</ETag>${upload.hasChecksums ? `<ChecksumSHA256>${sum}</ChecksumSHA256>` : ''}`
  return s3Result('CompleteMultipartUploadResult', content, { 'x-amz-version-id': versionId })
}

async function abort({ upload, uploads }: UploadRequest): Promise<OriginResponse> {
  if (upload.isCompleting) return noSuchUpload()
  uploads.delete(upload.id)
  await removeParts(upload)
  return { status: 204, headers: {} }
}

async function removeParts({ parts }: Upload): Promise<void> {
  for (const { path } of parts.values()) await rm(path, { force: true })
}

/** Returns the parts that the body of a CompleteMultipartUpload names, or why they can't be completed. */
function chosen(text: string, { parts, hasChecksums }: Upload): readonly Draft[] | string {
  const named = [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => {
    const of = (field: string) => new RegExp(`<${field}>([^<]*)<`).exec(part)?.[1] ?? ''
    return { number: Number(of('PartNumber')), etag: of('ETag'), sha256: of('ChecksumSHA256') }
  })
  if (named.length === 0) return 'MalformedXML'
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) return 'InvalidPartOrder'
  if (hasChecksums && named.some(({ sha256 }) => sha256 === '')) return 'InvalidRequest'
  const found = named.flatMap(({ number, etag, sha256 }) => {
    const part = parts.get(number)
    const isSame = part?.md5 === etag.replace(/&#?\w+;|"/g, '') && (!hasChecksums || base64(part.sha256) === sha256)
    return isSame ? [part] : []
  })
  if (found.length < named.length) return 'InvalidPart'
  return found.slice(0, -1).some(({ bytes }) => bytes < minPartBytes) ? 'EntityTooSmall' : found
}

/** Returns why a body is refused whose hash is not the one in the header. A presigned URL does not name one. */
function wrongPayload({ headers }: IncomingMessage, sha256: string): string | undefined {
  const named = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  return named === 'UNSIGNED-PAYLOAD' || named === sha256 ? undefined : 'XAmzContentSHA256Mismatch'
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

/** Makes a result as S3 does, in XML. */
export function s3Result(name: string, content: string, headers = {}): OriginResponse {
  const text = `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: Readable.from([text]) }
}

const refuse = (code: string, status = 400) => xmlResponse(status, { code, message: `See ${code} in S3's errors.` })
const noSuchUpload = () => refuse('NoSuchUpload', 404)
const notImplemented = () => refuse('NotImplemented', 501)
