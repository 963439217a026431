import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { securityHeaders } from '../../shared/http.ts'
import { maxPutBytes } from '../../shared/limits.ts'
import { type ObjectKey, parseObjectKey } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Multipart, multipart } from '../s3/multipart.ts'
import { mediaTypeOf, type ObjectStore } from '../s3/object-store.ts'
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
  /** Takes uploads in parts to the same bucket, as S3. */
  readonly multipart: Multipart
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
export function takeUploads({ below, data, now }: UploadsOptions): Uploads {
  const root = data === undefined ? mkdtempSync(join(tmpdir(), 'once-files-')) : join(data, 'files')
  const bucket = versionedObjects(root, below, now)
  return {
    objects: bucket,
    multipart: multipart(bucket),
    listener(request, response) {
      respond(request, response, bucket).catch(() => response.destroy())
    },
    close: async () => (data === undefined ? rm(root, { recursive: true, force: true }) : undefined),
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, bucket: VersionedObjects): Promise<void> {
  const { method = '', url = '' } = request
  if (method !== 'PUT' && method !== 'DELETE') return refuse(response, wrongMethod(method))
  const target = url.slice(filesPath.length)
  const [path = '', query] = method === 'DELETE' ? target.split(/\?(.*)/s) : [target]
  const key = keyOf(path)
  if (key === undefined) return refuse(response, invalidKey(path))
  if (method === 'PUT') return put(request, response, { bucket, key })
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined
  const result = await remove(key, versionId, bucket)
  return 'status' in result ? refuse(response, result) : sendJson(response, 200, { key, ...result })
}

async function put(
  request: IncomingMessage,
  response: ServerResponse,
  { bucket, key }: { readonly bucket: VersionedObjects; readonly key: ObjectKey },
): Promise<void> {
  const condition = request.headers['if-none-match']
  if (condition !== undefined && condition !== '*') return refuse(response, wrongCondition(condition))
  if (condition === '*' && (await bucket.exists(key))) return refuse(response, keyInUse(key))
  const draft = await bucket.receive(request, maxPutBytes)
  if (draft === undefined) return refuse(response, tooLarge(maxPutBytes))
  const contentType = request.headers['content-type'] ?? mediaTypeOf(key)
  const version = { etag: `"${draft.md5}"`, contentType, mustBeNew: condition === '*' }
  const added = await bucket.put(key, [draft], version)
  if (added === 'exists') {
    await rm(draft.path)
    return refuse(response, keyInUse(key))
  }
  sendJson(response, added.isFirst ? 201 : 200, { key, bytes: draft.bytes, versionId: added.versionId })
}

async function remove(
  key: ObjectKey,
  versionId: string | undefined,
  bucket: VersionedObjects,
): Promise<FileFault | { readonly versionId: string; readonly deleteMarker?: true }> {
  if (versionId === undefined) return { versionId: await bucket.addDeleteMarker(key), deleteMarker: true }
  if (await bucket.deleteVersion(key, versionId)) return { versionId }
  // As in S3, deleting what is not there succeeds.
  return (await bucket.exists(key, versionId)) ? readOnly(versionId) : { versionId }
}

function keyOf(path: string): ObjectKey | undefined {
  try {
    return path.includes('?') ? undefined : parseObjectKey(decodeURIComponent(path))
  } catch {
    return undefined
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'application/json' }).end(JSON.stringify(body))
}
