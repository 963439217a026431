import { unlessAborted } from '../abortable.ts'
import type { HttpResponse, OutputFile } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Requests in a row that bring no bytes before a transfer is given up: with the waits between them some 4 s. */
const maxIdleRequests = 5

/** Requests per transfer, so that it ends even if a server breaks off after each byte. A bad line needs some tens. */
const maxRequests = 1000

/** Wait after a request that brings no bytes, in milliseconds; it doubles. */
const firstWaitMs = 250

/** The file to download. */
export interface Source {
  readonly url: string
  readonly cookie: string | undefined
  /** Called repeatedly with the number of bytes received so far, and the size if it is known. */
  readonly onProgress: (bytes: number, total: number | undefined) => void
  /** Cancels the transfer. */
  readonly signal: AbortSignal
}

/** How a transfer ended: with the whole file, or broken off for good. */
export type Transfer =
  | { readonly kind: 'complete'; readonly bytes: number }
  | { readonly kind: 'broken'; readonly bytes: number; readonly why: string }

/** Progress of a transfer. */
interface State {
  bytes: number
  total: number | undefined
  /** For If-Range: a strong ETag, or else Last-Modified (RFC 9110, 13.1.5). */
  validator: string | undefined
}

/** The request did not bring the rest of the file. */
interface Broken {
  readonly kind: 'broken'
  readonly why: string
  readonly retryable: boolean
}

/** Result of one request. */
type RequestResult = { readonly kind: 'complete' } | Broken

/**
 * Downloads a file. If the connection breaks, resumes as long as the URL works: requests the rest of the same file (Range,
 * If-Range). Compares the size with the announced one. Never rejects.
 */
export async function download(source: Source, output: OutputFile, { http, clock }: Ports): Promise<Transfer> {
  const { url, signal } = source
  const state: State = { bytes: 0, total: undefined, validator: undefined }
  let why = ''
  for (let requests = 1, idle = 0; requests <= maxRequests && idle < maxIdleRequests; requests += 1) {
    const before = state.bytes
    const headers = headersFor(source, state)
    const result = await http
      .send({ method: 'GET', url, headers, signal })
      .then(response => receive(response, output, { state, source }))
      .catch(retryable)
    if (result.kind === 'complete') return { kind: 'complete', bytes: state.bytes }
    why = result.why
    if (!result.retryable || signal.aborted) break
    idle = state.bytes > before ? 0 : idle + 1
    if (idle > 0 && idle < maxIdleRequests)
      await unlessAborted(clock.pause(firstWaitMs * 2 ** (idle - 1)), signal).catch(retryable)
  }
  return { kind: 'broken', bytes: state.bytes, why }
}

/** Refuses compression, so that sizes are those of the file. Without a validator, requests the file from its start. */
function headersFor({ cookie }: Source, { bytes, validator }: State): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    ...(cookie !== undefined && { cookie }),
    ...(bytes > 0 && validator !== undefined && { range: `bytes=${bytes}-`, 'if-range': validator }),
  }
}

async function receive(
  response: HttpResponse,
  output: OutputFile,
  { state, source }: { readonly state: State; readonly source: Source },
): Promise<RequestResult> {
  const unusable = await prepare(response, output, state)
  if (unusable !== undefined) {
    response.end()
    return unusable
  }
  try {
    const chunks = response.body[Symbol.asyncIterator]()
    for (;;) {
      const next = await chunks.next().then(result => ({ kind: 'read', result }) as const, retryable)
      if (next.kind === 'broken') return next
      const { done, value } = next.result
      if (done === true) break
      // A retry doesn't help if the disk is full or the reader has gone.
      const failure = await unlessAborted(output.write(value), source.signal).then(() => undefined, final)
      if (failure !== undefined) return failure
      state.bytes += value.length
      source.onProgress(state.bytes, state.total)
    }
  } finally {
    response.end()
  }
  if (state.total === undefined || state.bytes === state.total) return { kind: 'complete' }
  const why = `got ${state.bytes} bytes of ${state.total}`
  return state.bytes > state.total ? final(why) : retryable(why)
}

/** Makes sure that the body continues where the output ends; otherwise returns what is wrong. */
async function prepare(response: HttpResponse, output: OutputFile, state: State): Promise<Broken | undefined> {
  const { status } = response
  if (status === 206) return prepareRest(response, state)
  if (status >= 500) return retryable(`the response was ${status}`)
  if (status !== 200) return final(`the response was ${status}${status === 403 ? ': the URL has expired' : ''}`)
  // The whole file comes again: it has changed, or the server can't send the rest alone.
  if (state.bytes > 0) {
    if (output.startOver === undefined) return final('the server sends the file only from its start again')
    const failure = await output.startOver().catch(final)
    if (failure !== undefined) return failure
  }
  const length = response.header('content-length')
  const etag = response.header('etag')
  state.bytes = 0
  state.total = length === undefined ? undefined : Number(length)
  state.validator = etag?.startsWith('"') === true ? etag : response.header('last-modified')
  return undefined
}

function prepareRest(response: HttpResponse, { bytes, total }: State): Broken | undefined {
  const range = response.header('content-range') ?? ''
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []
  if (Number(from) === bytes && bytes > 0 && (total === undefined || Number(size) === total)) return undefined
  return final(`requested the bytes from ${bytes} on of ${total ?? 'some'}, got ${JSON.stringify(range)}`)
}

function final(error: unknown): Broken {
  return { kind: 'broken', why: reasonOf(error), retryable: false }
}

function retryable(error: unknown): Broken {
  return { kind: 'broken', why: reasonOf(error), retryable: true }
}
