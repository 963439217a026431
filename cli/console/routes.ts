import * as v from 'valibot'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Client, IssueLink, LinkView } from '../../client/client.ts'
import { nextLinks, pageSize } from '../../console/next-links.ts'
import { sendJson } from '../../console/page-files.ts'
import { securityHeaders } from '../../shared/http.ts'
import { maxObjectBytes } from '../../shared/limits.ts'
import { viewStates } from '../../shared/schemas/link-view.ts'
import type { LinkPage } from '../../shared/schemas/types.ts'
import { invalid, invalidFields, jsonOf, refusal, type Route } from './listener.ts'
import type { UploadRequest, UploadState } from '../../console/protocol.ts'
import { parsedText, readFields, wholeNumber } from '../../shared/fields.ts'
import { objectKeyRule, parseObjectKey } from '../../shared/object-key.ts'
import { keyExists } from '../links/issue-with-file.ts'
import type { PartUploads, StartedUpload, UploadedPart } from '../ports/console.ts'

/** Lists that a page may go on with. */
const maxLists = 16

/** Returns the routes of links: those of the API that the page uses, and no other of its operations. */
export function linkRoutes(client: Client): Readonly<Record<string, Route>> {
  const lists = new Map<string, List>()
  return {
    'POST /links': async (request, response) =>
      // The API checks the fields.
      sendJson(response, await client.issue((await jsonOf(request)) as unknown as IssueLink)),
    'GET /links': async (request, response) => sendJson(response, await nextPage(request, client, lists)),
    'GET /links/': async (request, response) => sendJson(response, await client.show(idOf(request))),
    'DELETE /links/': async (request, response) => {
      const revoked = await client.revoke(idOf(request))
      if (revoked === undefined) response.writeHead(204, securityHeaders).end()
      else sendJson(response, revoked)
    },
  }
}

/** Throws a `ProblemError` if the path has no id of a link. */
function idOf({ url = '' }: IncomingMessage): string {
  const id = url.slice('/links/'.length)
  if (/^[A-Za-z0-9_-]{22}$/.test(id)) return id
  throw invalid('id', `${id.length} characters`, 'the 22 characters that name a link')
}

/** A list that was begun. */
type List = AsyncGenerator<LinkView, void, undefined>

async function nextPage({ url = '' }: IncomingMessage, client: Client, lists: Map<string, List>): Promise<LinkPage> {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
  const cursor = query.get('cursor')
  const list = cursor === null ? begin(query, client) : lists.get(cursor)
  if (list === undefined) throw invalid('cursor', 'something else', 'the "next" of a page that was not continued yet')
  if (cursor !== null) lists.delete(cursor)
  const links = await nextLinks(list)
  // As with the API, a full page may be the last one.
  return links.length < pageSize ? { links } : { links, next: keep(list, lists) }
}

function begin(query: URLSearchParams, client: Client): List {
  const reference = query.get('reference')
  const state = query.get('state')
  const known = viewStates.find(each => each === state)
  if (state !== null && known === undefined) throw invalid('state', JSON.stringify(state), viewStates.join(', '))
  const options = { ...(reference !== null && { reference }), ...(known !== undefined && { state: known }) }
  return client.list({ ...options, pageSize })
}

function keep(list: List, lists: Map<string, List>): string {
  const [oldest] = lists.keys()
  if (lists.size >= maxLists && oldest !== undefined) lists.delete(oldest)
  const cursor = randomUUID()
  lists.set(cursor, list)
  return cursor
}

/** Bytes of a part: S3 requires 5 MiB or more, and at most 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const smallestPart = 8 * 1024 * 1024
const maxParts = 9000

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
      sendJson(response, await beginUpload(await read(startFields, request), await uploads())),
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

/** Goes on with the unfinished upload to the key, if it may and its parts fit the file, or starts one. */
async function beginUpload(
  { key, bytes, type, resume, uploadId: known }: Omit<UploadRequest, 'key'> & Pick<StartedUpload, 'key'>,
  uploads: PartUploads,
): Promise<UploadState> {
  // It depends on nothing else, so an upload can go on later.
  const partBytes = Math.max(smallestPart, Math.ceil(bytes / maxParts))
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
