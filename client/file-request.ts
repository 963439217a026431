import { unlessAborted } from './abortable.ts'
import { readText } from './bounded-text.ts'
import { type Failure, retryable } from './file-response.ts'
import { parseProblem, type ProblemError } from './problem.ts'
import type { DownloadState } from './redeem.ts'
import { isProgramError, type Transport } from './requests.ts'

/** A request that brings fewer bytes brings nothing: a server may send one byte and stop, each time. */
export const minProgress = 1024

/** Longest body of a refusal that is read, in bytes. An edge's have some hundred. */
const maxRefusalBytes = 16 * 1024

/** Which bytes of a file to request. */
export interface FileRequest {
  readonly state: DownloadState
  /** Bytes that have arrived: requests the rest. */
  readonly received: number
  readonly signal: AbortSignal
  readonly transport: Pick<Transport, 'fetch' | 'attemptMs'>
}

/** A response whose body, unless the URL is refused, can be read. */
export interface OpenFile {
  readonly status: number
  readonly headers: Headers
  /** Set if the URL is refused, with 403. */
  readonly refusal: ProblemError | undefined
  /** Resolves with the next bytes, undefined at the end. Rejects if less than 1 KiB comes in the time of an attempt. */
  readonly read: () => Promise<Uint8Array | undefined>
  /** Closes the connection. */
  readonly close: () => void
}

/** Sends one request. Rejects if there is no response in the time of an attempt; `failureOf` says what that means. */
export async function requestFile(request: FileRequest): Promise<OpenFile> {
  const { state, signal, transport } = request
  const { attemptMs } = transport
  const stalled = new AbortController()
  const anySignal = AbortSignal.any([signal, stalled.signal])
  let leftMs = attemptMs
  let bytes = 0
  // Only waits for bytes count: the whole file may take hours, and its reader may pause.
  const soon = async <T>(work: Promise<T>): Promise<T> => {
    const why = `less than ${minProgress} bytes in ${attemptMs / 1000} seconds`
    const timer = setTimeout(() => stalled.abort(new Error(why)), leftMs)
    const startedAt = Date.now()
    return unlessAborted(work, anySignal).finally(() => {
      clearTimeout(timer)
      leftMs -= Date.now() - startedAt
    })
  }
  try {
    const init = { headers: headersFor(request), redirect: 'error', signal: anySignal } as const
    const response = await soon(transport.fetch(state.url, init))
    const { status, headers } = response
    const text = status === 403 ? await soon(readText(response, maxRefusalBytes)) : undefined
    const refusal = text === undefined ? undefined : parseProblem(response, text, { attempts: 1, secrets: [state.url] })
    const reader = refusal === undefined ? response.body?.getReader() : undefined
    const next = async () => {
      const piece = reader && (await soon(reader.read())).value
      bytes += piece?.length ?? 0
      if (bytes >= minProgress) [bytes, leftMs] = [0, attemptMs]
      return piece
    }
    // Read at once: if the connection breaks first, what has come of it may be lost.
    let first: Promise<Uint8Array | undefined> | undefined = next()
    first.catch(() => undefined)
    const read = async () => {
      const piece = first ?? next()
      first = undefined
      return piece
    }
    return { status, headers, refusal, read, close: () => stalled.abort() }
  } catch (error) {
    stalled.abort()
    throw error
  }
}

function headersFor({ state: { client, cookie, validator }, received }: FileRequest): Readonly<Record<string, string>> {
  return {
    // Refuses compression, so that sizes are those of the file.
    'accept-encoding': 'identity',
    'once-client': client.secret,
    ...(cookie !== undefined && { cookie }),
    // If there is no validator, the file comes from its start.
    ...(received > 0 && validator !== undefined && { range: `bytes=${received}-`, 'if-range': validator }),
  }
}

/** Returns that a request failed, and `why`. Throws the signal's reason if it is aborted, and the program's own errors. */
export function failureOf(why: string, cause: unknown, signal: AbortSignal): Failure {
  signal.throwIfAborted()
  if (isProgramError(cause)) throw cause
  return retryable(why, cause)
}
