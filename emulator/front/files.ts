import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdtempSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describeInvalid, type InvalidField } from '../../shared/fields.ts'
import { securityHeaders, problemText, problemType } from '../../shared/http.ts'
import { type ObjectKey, objectKeyRule, parseObjectKey } from '../../shared/object-key.ts'

/** Path under which files are uploaded; the key follows, percent-encoded. */
export const filesPath = '/files/'

/** Largest object that S3 accepts in one PUT, in bytes (AWS, "Uploading objects": 5 GB). */
const maxObjectBytes = 5 * 1024 ** 3

const keyRule = `${objectKeyRule}, percent-encoded, without a query`

/** Why an upload is refused, for a problem document. */
interface Fault {
  readonly status: 400 | 405 | 409 | 413
  readonly title: string
  readonly reason: string
  readonly invalid: InvalidField
}

/** Uploads over HTTP: `PUT /files/<key>` streams a file into a folder of ours, whole or not at all. */
export interface Uploads {
  /** Holds the uploaded files by key, and nothing else. It may not exist yet. */
  readonly folder: string
  readonly listener: RequestListener
  /** Removes the folder if it is temporary. */
  close(): Promise<void>
}

/**
 * Accepts uploads: responds with 201 for a new object, 200 for one that replaces another, and `{key, bytes}`. An object
 * appears when its last byte has arrived. Keys follow the rules of links, so no path leads out of the folder. Uploads
 * stay in `data`, or in a temporary folder without it; never in the bucket that the emulator was started with.
 */
export function takeUploads(data?: string): Uploads {
  const root = data === undefined ? mkdtempSync(join(tmpdir(), 'once-files-')) : join(data, 'files')
  const places = { folder: join(root, 'objects'), incoming: join(root, 'incoming') }
  return {
    folder: places.folder,
    listener(request, response) {
      put(request, response, places).catch(() => response.destroy())
    },
    close: async () => (data === undefined ? rm(root, { recursive: true, force: true }) : undefined),
  }
}

interface Places {
  readonly folder: string
  readonly incoming: string
}

async function put(request: IncomingMessage, response: ServerResponse, places: Places): Promise<void> {
  if (request.method !== 'PUT') return refuse(response, wrongMethod(request.method ?? ''))
  const path = (request.url ?? '').slice(filesPath.length)
  const key = keyOf(path)
  if (key === undefined) return refuse(response, invalidKey(path))
  const draft = join(places.incoming, randomUUID())
  await mkdir(places.incoming, { recursive: true })
  const counter = countBytes(maxObjectBytes)
  try {
    await pipeline(request, counter.stream, createWriteStream(draft, { flags: 'wx' }))
    if (counter.isExceeded()) return refuse(response, tooLarge)
    const move = await moveTo(join(places.folder, ...key.split('/')), draft)
    if (move.kind === 'refused') return refuse(response, keyConflict(key, move.allowed))
    sendJson(response, move.kind === 'replaced' ? 200 : 201, { key, bytes: counter.bytes() })
  } finally {
    await rm(draft, { force: true })
  }
}

function keyOf(path: string): ObjectKey | undefined {
  try {
    return path.includes('?') ? undefined : parseObjectKey(decodeURIComponent(path))
  } catch {
    return undefined
  }
}

/** Counts the bytes that pass. Beyond `most`, passes none on, but reads the rest of the request and drops it. */
function countBytes(most: number) {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      done(null, bytes > most ? undefined : chunk)
    },
  })
  return { stream, bytes: () => bytes, isExceeded: () => bytes > most }
}

/** Where the draft ended up, or which keys a file system can keep, where S3 could keep this one. */
type Move = { readonly kind: 'created' | 'replaced' } | { readonly kind: 'refused'; readonly allowed: string }

async function moveTo(file: string, draft: string): Promise<Move> {
  const refused = (allowed: string) => ({ kind: 'refused', allowed }) as const
  try {
    await mkdir(dirname(file), { recursive: true })
    const before = await stat(file).catch(() => undefined)
    await rename(draft, file)
    return { kind: before === undefined ? 'created' : 'replaced' }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOTDIR', 'EEXIST'].includes(code)) return refused('a key whose folders are not objects themselves')
    if (['EISDIR', 'ENOTEMPTY'].includes(code)) return refused('a key that is not the folder of other objects')
    if (code === 'ENAMETOOLONG') return refused('at most 255 bytes between two slashes')
    throw error
  }
}

function wrongMethod(method: string): Fault {
  const invalid = { field: 'method', got: JSON.stringify(method), allowed: 'PUT' }
  return { status: 405, title: 'This method is not allowed here', reason: 'method-not-allowed', invalid }
}

function invalidKey(path: string): Fault {
  const invalid = { field: 'key', got: JSON.stringify(path.slice(0, 200)), allowed: keyRule }
  return { status: 400, title: 'The key cannot be used', reason: 'invalid-fields', invalid }
}

const tooLarge: Fault = {
  status: 413,
  title: 'The object is too large',
  reason: 'body-too-large',
  invalid: { field: 'body', got: `more than ${maxObjectBytes} bytes`, allowed: `at most ${maxObjectBytes} bytes` },
}

/** S3 keeps `a` beside `a/b`; the file system behind the emulator can't. */
function keyConflict(key: ObjectKey, allowed: string): Fault {
  const invalid = { field: 'key', got: JSON.stringify(key), allowed }
  return { status: 409, title: 'The emulator cannot keep this key', reason: 'key-in-the-way', invalid }
}

function refuse(response: ServerResponse, { status, title, reason, invalid }: Fault): void {
  const problem = { status, title, detail: describeInvalid(invalid), reason, requestId: randomUUID() }
  const body = problemText(problem, { errors: [invalid] })
  const headers = { ...securityHeaders, 'content-type': problemType }
  response.writeHead(status, status === 405 ? { ...headers, allow: 'PUT' } : headers).end(body)
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'application/json' }).end(JSON.stringify(body))
}
