import type { IncomingMessage, ServerResponse } from 'node:http'
import * as v from 'valibot'
import { sendJson } from '../../console/page-files.ts'
import type { UploadRequest, UploadState } from '../../console/protocol.ts'
import { parsedText, readFields, wholeNumber } from '../../shared/fields.ts'
import { securityHeaders } from '../../shared/http.ts'
import { type ObjectKey, objectKeyRule, parseObjectKey } from '../../shared/object-key.ts'
import { keyExists } from '../links/issue-with-file.ts'
import type { PartUploads, StartedUpload, UploadedPart } from '../ports/console.ts'
import { invalid, invalidFields, jsonOf, refusal } from './respond.ts'

/** Bytes of a part: S3 requires 5 MiB or more, and at most 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const smallestPart = 8 * 1024 * 1024
const maxParts = 9000

/** Largest object of S3, in bytes (AWS, "Amazon S3 multipart upload limits"). */
const maxObjectBytes = 5 * 1024 ** 4

/** Responds to one request. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const keyField = parsedText(parseObjectKey, objectKeyRule)
const idField = parsedText(text => (/^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined), 'the id of an upload')
const bytesField = wholeNumber(0, maxObjectBytes, 'bytes')
const flag = v.boolean('true or false')
const mediaType = parsedText(text => (/^[\x20-\x7e]{0,200}$/.test(text) ? text : undefined), 'a media type')

const startFields = { key: keyField, bytes: bytesField, type: mediaType, resume: flag, uploadId: v.optional(idField) }
const completeFields = { key: keyField, uploadId: idField, bytes: bytesField, replace: flag }
const abortFields = { key: keyField, uploadId: idField }

/** Returns the routes of uploads. `uploads` connects to the bucket, with the first upload. */
export function uploadRoutes(uploads: () => Promise<PartUploads>): Readonly<Record<string, Route>> {
  return {
    'POST /console/uploads': async (request, response) =>
      sendJson(response, await begin(await read(startFields, request), await uploads())),
    'PUT /console/uploads': async (request, response) => {
      await putPart(request, await uploads())
      response.writeHead(204, securityHeaders).end()
    },
    'POST /console/uploads/complete': async (request, response) =>
      sendJson(response, await complete(await read(completeFields, request), await uploads())),
    'POST /console/uploads/abort': async (request, response) => {
      await (await uploads()).abort(await read(abortFields, request))
      response.writeHead(204, securityHeaders).end()
    },
  }
}

async function read<const E extends Parameters<typeof readFields>[0]>(entries: E, request: IncomingMessage) {
  const fields = readFields(entries, await jsonOf(request))
  if (fields.ok) return fields.value
  throw invalidFields(fields.invalid)
}

/** Returns the size of the parts of an object of this size: they depend on nothing else, so an upload can go on later. */
function partBytesOf(bytes: number): number {
  return Math.max(smallestPart, Math.ceil(bytes / maxParts))
}

/** A request to begin, as it is read. */
interface Beginning {
  readonly key: ObjectKey
  readonly uploadId?: string | undefined
}

/** Goes on with the unfinished upload to the key, if it may and its parts fit the file, or starts one. */
async function begin(
  { key, bytes, type, resume, uploadId: known }: Omit<UploadRequest, 'key' | 'uploadId'> & Beginning,
  uploads: PartUploads,
): Promise<UploadState> {
  const partBytes = partBytesOf(bytes)
  const uploadId = resume ? (known ?? (await uploads.unfinished(key))) : undefined
  const parts = uploadId === undefined ? undefined : await uploads.parts({ key, uploadId })
  const fits = ({ number, bytes: size }: UploadedPart) => size === Math.min(partBytes, bytes - (number - 1) * partBytes)
  if (uploadId !== undefined && parts?.every(fits) === true) {
    const arrived = parts.map(({ number, sha256 }) => ({ number, ...(sha256 !== undefined && { sha256 }) }))
    return { uploadId, partBytes, arrived }
  }
  const started = await uploads.start(key, type === '' ? 'application/octet-stream' : type)
  return { uploadId: started, partBytes, arrived: [] }
}

/** Passes a part on as it arrives: at no time is more of it in memory than the buffers of two connections. */
async function putPart(request: IncomingMessage, uploads: PartUploads): Promise<void> {
  const query = new URLSearchParams(request.url?.split(/\?(.*)/s)[1])
  const key = parseObjectKey(query.get('key') ?? '')
  if (key === undefined) throw invalid('key', JSON.stringify(query.get('key')), objectKeyRule)
  const number = Number(query.get('number'))
  if (!Number.isInteger(number) || number < 1 || number > 10_000) throw invalid('number', String(number), '1 to 10000')
  const uploadId = query.get('uploadId') ?? ''
  const sha256 = String(request.headers['content-sha256'] ?? '')
  if (!/^[A-Za-z0-9+/]{43}=$/.test(sha256)) throw invalid('content-sha256', 'something else', 'a SHA-256 in Base64')
  const length = request.headers['content-length'] ?? ''
  if (!/^\d{1,13}$/.test(length)) throw invalid('content-length', length, 'the length of the part')
  const gone = new AbortController()
  request.once('close', () => request.complete || gone.abort(new Error('the page ended the request')))
  const part = { number, bytes: Number(length), sha256, body: request, signal: gone.signal }
  await uploads.put(part, { key, uploadId })
}

async function complete(
  { replace, bytes, ...upload }: StartedUpload & { replace: boolean; bytes: number },
  uploads: PartUploads,
): Promise<{ readonly versionId?: string }> {
  const parts = (await uploads.parts(upload)) ?? []
  const arrived = parts.reduce((sum, part) => sum + part.bytes, 0)
  if (arrived !== bytes || parts.some(({ number }, index) => number !== index + 1)) {
    throw refusal(409, 'upload-incomplete', `${arrived} of ${bytes} bytes have arrived: upload the missing parts`)
  }
  const result = await uploads.complete(upload, parts, { replace })
  if (result.kind === 'exists') throw keyExists(upload.key, 'to replace it')
  return result.versionId === undefined ? {} : { versionId: result.versionId }
}
