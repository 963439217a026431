import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, mkdtempSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { securityHeaders } from '../../shared/http.ts'
import { maxPutBytes } from '../../shared/limits.ts'
import { type ObjectKey, parseObjectKey } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { layered, mediaTypeOf, type ObjectStore } from '../s3/object-store.ts'
import { type VersionedObjects, versionedObjects } from '../s3/versioned-objects.ts'
import {
  type FileFault,
  invalidKey,
  keyInUse,
  readOnly,
  refuse,
  tooLarge,
  wrongCondition,
  wrongMethod,
} from './file-faults.ts'

/** Path under which files are uploaded; the key follows, percent-encoded. */
export const filesPath = '/files/'

/** Uploads over HTTP, and the bucket that they make: every version of every upload, and below them a folder's files. */
export interface Uploads {
  readonly objects: ObjectStore
  readonly listener: RequestListener
  /** Removes the uploads if they are temporary. */
  close(): Promise<void>
}

/** Options of uploads. */
export interface UploadsOptions {
  /** Objects that are there already, such as a folder's files. They are never written to. */
  readonly below: ObjectStore
  /** Folder that keeps the uploads. @default a temporary one */
  readonly data?: string | undefined
  readonly now: () => EpochMs
}

/**
 * Accepts `PUT /files/<key>`: responds with 201 for a new object, 200 for a new version of one, and `{key, bytes,
 * versionId}`. `If-None-Match: *` refuses a key that has an object (412). An object appears when its last byte has arrived.
 * `DELETE` adds a delete marker, or with `?versionId=` deletes a version for good. Keys follow the rules of links.
 */
export function takeUploads(options: UploadsOptions): Uploads {
  const { below, data } = options
  const root = data === undefined ? mkdtempSync(join(tmpdir(), 'once-files-')) : join(data, 'files')
  const uploaded = versionedObjects(join(root, 'versions'))
  const objects = layered(uploaded, below)
  const place = { ...options, uploaded, objects, incoming: join(root, 'incoming'), inTurn: oneByOne() }
  return {
    objects,
    listener(request, response) {
      respond(request, response, place).catch(() => response.destroy())
    },
    close: async () => (data === undefined ? rm(root, { recursive: true, force: true }) : undefined),
  }
}

interface Place extends UploadsOptions {
  readonly uploaded: VersionedObjects
  readonly objects: ObjectStore
  readonly incoming: string
  /** Runs one piece of work after the other, so that no other upload comes between its look and its write. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
}

function oneByOne(): Place['inTurn'] {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
  const { method = '', url = '' } = request
  if (method !== 'PUT' && method !== 'DELETE') return refuse(response, wrongMethod(method))
  const target = url.slice(filesPath.length)
  const [path = '', query] = method === 'DELETE' ? target.split(/\?(.*)/s) : [target]
  const key = keyOf(path)
  if (key === undefined) return refuse(response, invalidKey(path))
  if (method === 'PUT') return put(request, response, { ...place, key })
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined
  const result = await remove(key, versionId, place)
  return 'status' in result ? refuse(response, result) : sendJson(response, 200, { key, ...result })
}

async function put(
  request: IncomingMessage,
  response: ServerResponse,
  place: Place & { readonly key: ObjectKey },
): Promise<void> {
  const { objects, key } = place
  const condition = request.headers['if-none-match']
  if (condition !== undefined && condition !== '*') return refuse(response, wrongCondition(condition))
  if (condition === '*' && (await exists(objects, key))) return refuse(response, keyInUse(key))
  const result = await keep(request, { ...place, mustBeNew: condition === '*' })
  if ('status' in result) return refuse(response, result)
  sendJson(response, result.isFirst ? 201 : 200, { key, bytes: result.bytes, versionId: result.versionId })
}

/** What became of an upload. */
interface Kept {
  readonly bytes: number
  readonly versionId: string
  /** Whether there was no object under its key. */
  readonly isFirst: boolean
}

/** Reads an upload and adds it to the bucket. What is refused or breaks off leaves nothing behind. */
async function keep(
  request: IncomingMessage,
  { uploaded, objects, incoming, now, inTurn, key, mustBeNew }: Place & { key: ObjectKey; mustBeNew: boolean },
): Promise<FileFault | Kept> {
  const draft = join(incoming, randomUUID())
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  const body = readBody(maxPutBytes)
  try {
    await pipeline(request, body.stream, createWriteStream(draft, { flags: 'wx', mode: 0o600 }))
    if (body.isExceeded()) return tooLarge(maxPutBytes)
    const contentType = request.headers['content-type'] ?? mediaTypeOf(key)
    const object = { size: body.bytes(), etag: body.etag(), contentType, modifiedAt: now() }
    return await inTurn(async () => {
      const isFirst = !(await exists(objects, key))
      if (mustBeNew && !isFirst) return keyInUse(key)
      return { bytes: object.size, versionId: await uploaded.put(key, draft, object), isFirst }
    })
  } finally {
    await rm(draft, { force: true })
  }
}

async function remove(
  key: ObjectKey,
  versionId: string | undefined,
  { uploaded, below }: Place,
): Promise<FileFault | { readonly versionId: string; readonly deleteMarker?: true }> {
  if (versionId === undefined) return { versionId: await uploaded.addDeleteMarker(key), deleteMarker: true }
  if (await uploaded.deleteVersion(key, versionId)) return { versionId }
  // As in S3, deleting what is not there succeeds.
  return (await exists(below, key, versionId)) ? readOnly(versionId) : { versionId }
}

/** Returns whether there is an object, which a delete marker is not. */
async function exists(objects: ObjectStore, key: ObjectKey, versionId?: string): Promise<boolean> {
  const found = await objects.open(key, versionId)
  if (found.kind === 'version') await found.close()
  return found.kind === 'version'
}

function keyOf(path: string): ObjectKey | undefined {
  try {
    return path.includes('?') ? undefined : parseObjectKey(decodeURIComponent(path))
  } catch {
    return undefined
  }
}

/** Counts and hashes the bytes that pass. Beyond `most`, passes none on, but reads the rest of the request and drops it. */
function readBody(most: number) {
  let bytes = 0
  const hash = createHash('md5')
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, bytes > most ? undefined : chunk)
    },
  })
  return { stream, bytes: () => bytes, etag: () => `"${hash.digest('hex')}"`, isExceeded: () => bytes > most }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'application/json' }).end(JSON.stringify(body))
}
