import type { PartsRequest, SignedParts, UploadState } from '../shared/schemas/types.ts'
import { unlessAborted } from './abortable.ts'
import { isLoopback, requireBytes } from './arguments.ts'
import type { UploadOptions, UploadSource } from './calls.ts'
import { readText } from './bounded-text.ts'
import { NoResponseError } from './problem.ts'
import { call, isProgramError, type Transport } from './requests.ts'
import { areSignedParts } from './shapes.ts'

/** How long a request of an upload is tried again, in milliseconds. */
export const patienceMs = 120_000

/** Bytes of the parts that are hashed, signed and sent at a time, unless one has more. No more are read ahead. */
const bytesAtOnce = 24 * 1024 * 1024

/** Waits before a part is sent again, in milliseconds: the first, which doubles, and the longest. */
const firstWaitMs = 500
const maxWaitMs = 15_000

/** Longest time of one attempt to send a part, in milliseconds: as long as its URL works. */
const partMs = 15 * 60_000

/** Most signatures of a part after its first, because each counts as an upload of its bytes. */
const maxRefusals = 4

/** Bytes of a `Blob` that are read at a time. */
const sliceBytes = 1024 * 1024

/** The only header that a part may have (docs/openapi.json, SignedParts). */
const checksumHeader = 'x-amz-checksum-sha256'

/** Longest error of S3 that is read, in bytes. */
const maxErrorBytes = 64 * 1024

/** How to send a source. */
export interface UploadPlan {
  readonly state: Pick<UploadState, 'partBytes' | 'arrived' | 'completed'>
  /** Size of the source; undefined if it is not known. */
  readonly bytes: number | undefined
  readonly signal: AbortSignal
  readonly onProgress: UploadOptions['onProgress']
  readonly transport: Transport
  /** Path of the upload, and headers of its requests. */
  readonly at: {
    readonly path: `/uploads/${string}` | `/received/${string}`
    readonly headers?: Readonly<Record<string, string>>
  }
}

type Bytes = Uint8Array<ArrayBuffer>

/** A part with its SHA-256 in Base64. */
interface Part {
  readonly number: number
  readonly bytes: number
  readonly sha256: string
  /** Has them at its start. */
  readonly content: Bytes
}

/**
 * Reads a source, and sends the parts that have not arrived with the same content; none of an upload that is complete. Returns the bytes of
 * the source, and the SHA-256 over the SHA-256 of all parts, in Base64.
 */
export async function sendParts(source: UploadSource, plan: UploadPlan): Promise<{ bytes: number; sha256: string }> {
  const { state, bytes: size, onProgress } = plan
  const arrived = new Map(state.arrived.map(({ number, sha256 }) => [number, sha256]))
  const free: Bytes[] = []
  let [done, hashes] = [0, '']
  const note = ({ bytes, content }: Part) => {
    free.push(content)
    done += bytes
    onProgress?.({ arrived: done, size })
  }
  const partsAtOnce = Math.floor(bytesAtOnce / state.partBytes)
  let round: Part[] = []
  for await (const part of partsOf(source, plan, free)) {
    hashes += atob(part.sha256)
    if (state.completed !== undefined || arrived.get(part.number) === part.sha256) note(part)
    else if (round.push(part) >= partsAtOnce) {
      await sendRound(round, plan, note)
      round = []
    }
  }
  if (round.length > 0) await sendRound(round, plan, note)
  return { bytes: done, sha256: await sha256(Uint8Array.from(hashes, byte => byte.charCodeAt(0))) }
}

/** Reads a source in parts, into buffers that are free. Throws if it has another size than it should. */
async function* partsOf(
  source: UploadSource,
  { state: { partBytes }, bytes: size, signal }: UploadPlan,
  free: Bytes[],
): AsyncGenerator<Part, void, undefined> {
  const contents = piecesOf(source instanceof Blob ? slicesOf(source) : source, partBytes, free)
  let total = 0
  try {
    for (let number = 1; ; number += 1) {
      // A source may wait for bytes without an end.
      const { value } = await unlessAborted(contents.next(), signal)
      if (value === undefined) break
      total += value.bytes
      if (size !== undefined && total > size) break
      yield { number, ...value, sha256: await sha256(value.content.subarray(0, value.bytes)) }
    }
  } finally {
    contents.return(undefined).catch(() => undefined)
  }
  if (size === undefined || total === size) return
  throw new TypeError(`source: got ${total > size ? 'more' : total} bytes, allowed: ${size}, and the same each time`)
}

async function* slicesOf(source: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  for (let from = 0; from < source.size; from += sliceBytes) {
    yield new Uint8Array(await source.slice(from, from + sliceBytes).arrayBuffer())
  }
}

/** Fills buffers of this size. The last may have fewer bytes; a source without bytes has one with none. */
async function* piecesOf(source: AsyncIterable<Uint8Array>, partBytes: number, free: Bytes[]) {
  const next = () => free.pop() ?? new Uint8Array(partBytes)
  let content = next()
  let bytes = 0
  for await (const chunk of source) {
    requireBytes(chunk)
    for (let from = 0; from < chunk.length;) {
      if (bytes === partBytes) {
        yield { content, bytes }
        content = next()
        bytes = 0
      }
      const piece = chunk.subarray(from, from + partBytes - bytes)
      content.set(piece, bytes)
      bytes += piece.length
      from += piece.length
    }
  }
  yield { content, bytes }
}

async function sha256(bytes: Bytes): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))))
}

/** Sends parts side by side. If one fails, stops the others. */
async function sendRound(parts: readonly Part[], plan: UploadPlan, note: (part: Part) => void): Promise<void> {
  const stop = new AbortController()
  const stoppable = { ...plan, signal: AbortSignal.any([plan.signal, stop.signal]) }
  try {
    const places = await sign(parts, stoppable)
    const sending = parts.flatMap(part => {
      const own = places.filter(({ number }) => number === part.number)
      return own.map(async place => sendPart(part, place, stoppable).then(() => note(part)))
    })
    await Promise.all(sending)
  } finally {
    stop.abort()
  }
}

/** Where to send a part. */
type Place = SignedParts['parts'][number]

async function sign(parts: readonly Part[], { at: { path: upload, headers = {} }, signal, transport }: UploadPlan) {
  const body: PartsRequest = { parts: parts.map(({ number, bytes, sha256 }) => ({ number, bytes, sha256 })) }
  const path = `${upload}/parts` as const
  const isExpected = areSignedParts(parts.map(({ number }) => number))
  const request = { method: 'POST', path, headers, body, signal, totalMs: patienceMs, isExpected } as const
  const { parts: places } = await call(request, transport)
  for (const place of places) requireS3(place)
  return places
}

/** Throws if a part would go to a server that may not be S3, or would give it anything but the part. */
function requireS3({ number, url, headers }: Place): void {
  const place = new URL(url)
  const names = Object.keys(headers)
  if ((place.protocol === 'https:' || isLoopback(place)) && names.every(name => name === checksumHeader)) return
  const got = `the API named ${place.origin} with ${names.join(', ') || 'no header'}`
  const allowed = `https://, or http:// on this machine, and no header but ${checksumHeader}`
  throw new NoResponseError(`PUT of part ${number}: ${got}, allowed: ${allowed}`)
}

/** Sends a part, and again after a break. Its URL, or its upload, may have ended: then it is signed again. */
async function sendPart(part: Part, given: Place, plan: UploadPlan): Promise<void> {
  let place = given
  let refusals = 0
  let waitedMs = 0
  for (let attempt = 0; ; attempt += 1) {
    const failure = await putOnce(part, place, plan)
    if (failure === undefined) return
    const isRefused = failure.status === 403 || failure.status === 404
    if (isRefused) refusals += 1
    const ms = Math.min(maxWaitMs, firstWaitMs * 2 ** attempt) * (0.5 + Math.random() / 2)
    waitedMs += ms
    if (refusals > maxRefusals || waitedMs > patienceMs) throw failure.error
    await plan.transport.wait(ms, plan.signal)
    if (isRefused) [place = given] = await sign([part], plan)
  }
}

/** Sends a part to S3, without the headers of the API. Returns why it failed; the error names no URL. */
async function putOnce({ number, content, bytes }: Part, { url, headers }: Place, { signal, transport }: UploadPlan) {
  const failure = (why: string, status = 0, cause?: unknown) => {
    return { status, error: new NoResponseError(`PUT of part ${number}: ${why}`, { cause }) }
  }
  try {
    const { put } = transport
    const anySignal = AbortSignal.any([signal, AbortSignal.timeout(partMs)])
    const init = {
      method: 'PUT',
      headers,
      body: content.subarray(0, bytes),
      redirect: 'error',
      signal: anySignal,
    } as const
    const response = await put(url, init)
    const text = await readText(response, maxErrorBytes)
    // S3 takes a part without a word. What has one, such as a login page, took none.
    if (response.ok && text === '') return undefined
    if (response.ok) return failure('the response is not from S3')
    const [, code = ''] = /<Code>(\w{1,64})</.exec(text) ?? []
    return failure(`S3 responded ${response.status} ${code}`.trimEnd(), response.status)
  } catch (cause) {
    signal.throwIfAborted()
    if (isProgramError(cause)) throw cause
    return failure('no response', 0, cause)
  }
}
