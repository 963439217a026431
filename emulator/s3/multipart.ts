import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { bodyOf } from '../../console/messages.ts'
import { maxPutBytes } from '../../shared/limits.ts'
import { mediaTypeOf } from './object-store.ts'
import type { OpenUpload, OpenUploads, Part } from './open-uploads.ts'
import { keyOf, type OriginResponse, xmlDocument, xmlResponse } from './origin.ts'
import type { WritableBucket } from './writable-bucket.ts'

/** Limits of S3 (AWS, "Amazon S3 multipart upload limits"). */
const maxParts = 10_000
const minPartBytes = 5 * 1024 ** 2
const maxPartsListed = 1000
/** Longest list of parts that is read, in bytes: ten thousand with their checksums take 2 MB. */
const maxListBytes = 4 * 1024 ** 2

const checksumHeader = 'x-amz-checksum-sha256'

/** Requests for uploads in parts. */
export interface Multipart {
  /** Returns what responds to such a request, once its signature is checked; undefined if it is none. */
  operationOf(method: string, query: URLSearchParams): Operation | undefined
}

/** Responds to a request; `target` has the path in the bucket, and the query. */
export type Operation = (request: IncomingMessage, target: string) => Promise<OriginResponse>

/** A request for an upload that is open. */
interface PartsRequest {
  readonly request: IncomingMessage
  readonly query: URLSearchParams
  readonly bucket: WritableBucket
  readonly upload: OpenUpload
}

const operations = { PUT: uploadPart, GET: listParts, POST: complete, DELETE: abort } as const

/**
 * Responds as S3 does to CreateMultipartUpload, UploadPart, ListParts, CompleteMultipartUpload and AbortMultipartUpload. Of
 * checksums it knows SHA-256 of each part.
 */
export function multipart(uploads: OpenUploads, bucket: WritableBucket): Multipart {
  return {
    operationOf(method, query) {
      if (method === 'POST' && query.has('uploads')) return (request, target) => begin(request, keyIn(target), uploads)
      const id = query.get('uploadId')
      const operation = operations[method as keyof typeof operations]
      if (id === null || operation === undefined || query.has('partNumber') !== (method === 'PUT')) return undefined
      return async (request, target) => {
        const upload = await uploads.find(id, keyIn(target) ?? '')
        return upload === undefined ? noSuchUpload() : operation({ request, query, bucket, upload })
      }
    },
  }
}

const keyIn = (target: string) => keyOf(target.split('?')[0] ?? '')

async function begin(
  { headers }: IncomingMessage,
  key: string | undefined,
  uploads: OpenUploads,
): Promise<OriginResponse> {
  if (key === undefined) return refuse(400, 'InvalidArgument', 'The key cannot be used.')
  const algorithm = headers['x-amz-checksum-algorithm']
  if (algorithm !== undefined && algorithm !== 'SHA256') return notImplemented()
  const contentType = headers['content-type'] ?? mediaTypeOf(key)
  const id = await uploads.begin({ key, contentType, hasChecksums: algorithm !== undefined })
  return result('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`)
}

async function uploadPart({ request, query, bucket, upload }: PartsRequest): Promise<OriginResponse> {
  const number = Number(query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > maxParts) {
    return refuse(400, 'InvalidArgument', `Part number must be an integer between 1 and ${maxParts}, inclusive`)
  }
  const checksum = request.headers[checksumHeader]
  const [expected, actual] = [upload.hasChecksums, checksum !== undefined].map(has => (has ? 'sha256' : 'null'))
  if (expected !== actual) {
    const types = `expected checksum Type: ${expected}, actual checksum Type: ${actual}`
    return refuse(400, 'InvalidRequest', `Checksum Type mismatch occurred, ${types}`)
  }
  return bucket.receive(request, maxPutBytes, async draft => {
    if (draft === undefined)
      return refuse(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
    if (!isAsSigned(request, draft.sha256)) return wrongPayload()
    if (checksum !== undefined && checksum !== base64(draft.sha256)) {
      return refuse(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.')
    }
    if (!(await upload.keep(number, draft))) return noSuchUpload()
    const checksums = upload.hasChecksums && { [checksumHeader]: base64(draft.sha256) }
    return { status: 200, headers: { etag: `"${draft.md5}"`, 'content-length': '0', ...checksums } }
  })
}

async function listParts({ query, upload }: PartsRequest): Promise<OriginResponse> {
  const after = Number(query.get('part-number-marker') ?? 0)
  const most = Math.min(Number(query.get('max-parts') ?? maxPartsListed), maxPartsListed)
  const later = (await upload.parts()).filter(({ number }) => number > after)
  const page = later.slice(0, most)
  const parts = page.map(({ number, bytes, md5, sha256 }) => {
    const checksum = upload.hasChecksums ? `<ChecksumSHA256>${base64(sha256)}</ChecksumSHA256>` : ''
    return `<Part><PartNumber>${number}</PartNumber><ETag>"${md5}"</ETag><Size>${bytes}</Size>${checksum}</Part>`
  })
  const markers = `<PartNumberMarker>${after}</PartNumberMarker><NextPartNumberMarker>${page.at(-1)?.number ?? 0}</NextPartNumberMarker>`
  const shown = `${markers}<MaxParts>${most}</MaxParts><IsTruncated>${later.length > page.length}</IsTruncated>`
  return result('ListPartsResult', shown + parts.join(''))
}

async function complete({ request, bucket, upload }: PartsRequest): Promise<OriginResponse> {
  const condition = request.headers['if-none-match']
  if (condition !== undefined && condition !== '*') return notImplemented()
  const body = await bodyOf(request, maxListBytes)
  if (body === undefined || !isAsSigned(request, sha256Of(body))) return wrongPayload()
  const parts = chosenParts(body.toString(), await upload.parts(), upload)
  if ('status' in parts) return parts
  const mustBeNew = condition === '*'
  if (mustBeNew && (await bucket.exists(upload.key))) return preconditionFailed()
  const over = (name: 'md5' | 'sha256') =>
    createHash(name).update(Buffer.from(parts.map(part => part[name]).join(''), 'hex'))
  const etag = `"${over('md5').digest('hex')}-${parts.length}"`
  const versionId = await upload.complete(parts, { etag, mustBeNew })
  if (versionId === 'exists') return preconditionFailed()
  if (versionId === 'ended') return noSuchUpload()
  const checksum = upload.hasChecksums
    ? `<ChecksumSHA256>${over('sha256').digest('base64')}-${parts.length}</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>`
    : ''
  const headers = { 'x-amz-version-id': versionId }
  return result('CompleteMultipartUploadResult', `<ETag>${etag}</ETag>${checksum}`, headers)
}

async function abort({ upload }: PartsRequest): Promise<OriginResponse> {
  await upload.abort()
  return { status: 204, headers: {} }
}

/** Returns the parts that the body names, or why they can't be completed. */
function chosenParts(
  text: string,
  arrived: readonly Part[],
  { hasChecksums }: OpenUpload,
): readonly Part[] | OriginResponse {
  const named = [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(fieldOf(part, 'PartNumber')),
    md5: fieldOf(part, 'ETag').replace(/&#?\w+;|"/g, ''),
    sha256: fieldOf(part, 'ChecksumSHA256'),
  }))
  if (named.length === 0) return refuse(400, 'MalformedXML', 'The XML you provided was not well-formed.')
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    return refuse(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
  }
  if (hasChecksums && named.some(({ sha256 }) => sha256 === '')) {
    const rule = 'The complete request must include the checksum for each part.'
    return refuse(400, 'InvalidRequest', `The upload was created using a sha256 checksum. ${rule}`)
  }
  const byNumber = new Map(arrived.map(part => [part.number, part]))
  const parts = named.flatMap(({ number, md5, sha256 }) => {
    const part = byNumber.get(number)
    return part?.md5 === md5 && (!hasChecksums || base64(part.sha256) === sha256) ? [part] : []
  })
  if (parts.length < named.length) {
    return refuse(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
  }
  if (parts.slice(0, -1).some(({ bytes }) => bytes < minPartBytes)) {
    return refuse(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
  }
  return parts
}

const fieldOf = (part: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(part)?.[1] ?? ''

/** Returns whether a body is the one whose hash the header names: a signature in the header says which, one in a URL does not. */
function isAsSigned({ headers }: IncomingMessage, sha256: string): boolean {
  const signed = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  return signed === 'UNSIGNED-PAYLOAD' || signed === sha256
}

const sha256Of = (body: Buffer) => createHash('sha256').update(body).digest('hex')
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

function result(name: string, content: string, headers = {}): OriginResponse {
  return xmlDocument(200, `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`, headers)
}

const refuse = (status: number, code: string, message: string) => xmlResponse(status, { code, message })
const noSuchUpload = () => refuse(404, 'NoSuchUpload', 'The specified multipart upload does not exist.')
const preconditionFailed = () =>
  refuse(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
const notImplemented = () => refuse(501, 'NotImplemented', 'A header implies functionality that is not implemented.')
const wrongPayload = () =>
  refuse(400, 'XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 header does not match what was computed.')
