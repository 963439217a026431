import { readText } from './bounded-text.ts'
import { NoResponseError, parseProblem, type ProblemError } from './problem.ts'
import { unlessAborted } from './abortable.ts'
import { isProgramError, type Transport, waitAfter } from './requests.ts'

/** Where a file is, and how to request it. */
export interface FileSource {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly transport: Transport
}

/** A response with a file, or with the rest of one. */
export interface FileResponse {
  /** Resolves with the next bytes, undefined at the end; rejects if none come in time. */
  readonly read: () => Promise<Uint8Array | undefined>
  /** Closes the connection. */
  readonly close: () => void
  /** Bytes of the whole file; undefined if the server doesn't say. */
  readonly size: number | undefined
  /** Strong `ETag`, or else `Last-Modified`: only with one can a transfer go on (RFC 9110, 13.1.5). */
  readonly validator: string | undefined
  readonly type: string | undefined
}

/** Longest body of a refusal that is read, in bytes. An edge's have some hundred. */
const maxRefusalBytes = 64 * 1024

/** Requests the file, again while another attempt may help. Also returns the name to save it under. */
export async function openFile(source: FileSource): Promise<{ file: FileResponse; name: string | undefined }> {
  const response = await request(source, {})
  return { file: response.file, name: nameIn(response.headers) ?? lastSegmentOf(source.url) }
}

/** Yields the bytes of the file; requests the rest if the transfer breaks off. Rejects if that doesn't help. */
export async function* piecesOf(
  whole: FileResponse,
  source: FileSource,
): AsyncGenerator<Uint8Array, undefined, undefined> {
  const { size, validator } = whole
  let received = 0
  let file = whole
  for (let breaks = 0; ;) {
    let cause: unknown
    try {
      for (let piece = await file.read(); piece !== undefined; piece = await file.read()) {
        received += piece.length
        breaks = 0
        yield piece
      }
    } catch (error) {
      cause = error
    } finally {
      file.close()
    }
    source.signal.throwIfAborted()
    if (cause === undefined && (size === undefined || received === size)) return undefined
    const broken = new NoResponseError(`the file: broke off after ${received} of ${size ?? 'unknown'} bytes`, { cause })
    breaks += 1
    const canGoOn = size !== undefined && received < size && validator !== undefined
    if (!canGoOn || breaks >= source.transport.attempts) throw broken
    await source.transport.wait(waitAfter(broken, breaks) ?? 0, source.signal)
    const range = { range: `bytes=${received}-`, 'if-range': validator }
    const rest = await request(source, range)
    file = rest.file
    if (rest.headers.get('content-range') !== `bytes ${received}-${size - 1}/${size}`) {
      file.close()
      throw new NoResponseError('the file: the server sends another file than before, or only from its start')
    }
  }
}

interface Opened {
  readonly file: FileResponse
  readonly headers: Headers
}

async function request(source: FileSource, headers: Readonly<Record<string, string>>): Promise<Opened> {
  const { transport, signal } = source
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptOnce({ ...source, headers: { ...source.headers, ...headers } }, attempt)
    if (!(result instanceof Error)) return result
    const ms = waitAfter(result, attempt)
    if (attempt >= transport.attempts || ms === undefined) throw result
    await transport.wait(ms, signal)
  }
}

async function attemptOnce(
  { url, headers, signal, transport }: FileSource,
  attempts: number,
): Promise<Opened | ProblemError | NoResponseError> {
  const stalled = new AbortController()
  const anySignal = AbortSignal.any([signal, stalled.signal])
  // Each wait has the time of an attempt: the whole file may take hours.
  const soon = async <T>(work: Promise<T>): Promise<T> => {
    const ms = transport.attemptMs
    const timer = setTimeout(() => stalled.abort(new Error(`no bytes for ${ms} ms`)), ms)
    return unlessAborted(work, anySignal).finally(() => clearTimeout(timer))
  }
  try {
    // Without compression, so that sizes are those of the file.
    const all = { 'accept-encoding': 'identity', ...headers }
    const response = await soon(transport.fetch(url, { headers: all, redirect: 'error', signal: anySignal }))
    if (response.ok) return { headers: response.headers, file: fileOf(response, { soon, stalled }) }
    return parseProblem(response, await soon(readText(response, maxRefusalBytes)), { attempts, secrets: [url] })
  } catch (cause) {
    stalled.abort()
    signal.throwIfAborted()
    if (isProgramError(cause)) throw cause
    return new NoResponseError(`GET the file: no response, attempt ${attempts}`, { cause })
  }
}

function fileOf(
  { headers, body }: Response,
  { soon, stalled }: { readonly soon: <T>(work: Promise<T>) => Promise<T>; readonly stalled: AbortController },
): FileResponse {
  const reader = body?.getReader()
  const length = headers.get('content-length')
  const isPlain = length !== null && /^\d{1,15}$/.test(length) && (headers.get('content-encoding') ?? '') === ''
  const etag = headers.get('etag')
  return {
    read: async () => (reader === undefined ? undefined : (await soon(reader.read())).value),
    close: () => stalled.abort(),
    size: isPlain ? Number(length) : undefined,
    validator: (etag?.startsWith('"') === true ? etag : headers.get('last-modified')) ?? undefined,
    type: headers.get('content-type') ?? undefined,
  }
}

/** Returns the name in `Content-Disposition` (RFC 6266), the one in UTF-8 if it has both. */
function nameIn(headers: Headers): string | undefined {
  const text = headers.get('content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;\s]+)/i.exec(text) ?? []
  const [, quoted, token] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]+))/i.exec(text) ?? []
  return decoded(encoded) ?? quoted?.replace(/\\(.)/g, '$1') ?? token
}

function lastSegmentOf(url: string): string | undefined {
  return decoded(new URL(url).pathname.split('/').at(-1)) || undefined
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
