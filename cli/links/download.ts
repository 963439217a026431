import type { Clock, EpochMs } from '../../shared/time.ts'
import { unlessAborted } from '../abortable.ts'
import type { HttpResponse, OutputFile } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Requests in a row that bring no bytes before a transfer is given up: with the waits between them some 4 s. */
const maxIdleRequests = 5

/** Requests per transfer, so that it ends even if a server breaks off after each byte. A bad line needs some tens. */
const maxRequests = 1000

/** A request that brings fewer bytes brings nothing: a server may send one byte and stop, each time. */
const minProgress = 1024

/** Wait after a request that brings no bytes, in milliseconds; it doubles. */
const firstWaitMs = 250

/** If the firewall asks to wait longer, in seconds, the transfer is given up. It asks for a minute. */
const maxWaitSeconds = 60

/**
 * Most bytes of a file whose size is not announced, and longest time that it takes, in milliseconds, because nothing else would
 * end it. S3 and CloudFront announce sizes; a proxy may not pass them on.
 */
const maxUnannouncedBytes = 1024 ** 3
const maxUnannouncedMs = 10 * 60_000

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
  readonly startedAt: EpochMs
}

/** The request did not bring the rest of the file. */
interface Broken {
  readonly kind: 'broken'
  readonly why: string
  readonly retryable: boolean
  /** Wait before the next request, in milliseconds. @default it depends on the number of requests without bytes */
  readonly waitMs?: number
}

/** Result of one request. */
type RequestResult = { readonly kind: 'complete' } | Broken

/**
 * Downloads a file. If the connection breaks, resumes as long as the URL works: requests the rest of the same file (Range,
 * If-Range). Compares the size with the announced one and accepts no byte more; if none is announced, 1 GiB in ten minutes.
 * Never rejects.
 */
export async function download(source: Source, output: OutputFile, { http, clock }: Ports): Promise<Transfer> {
  const { url, signal } = source
  const state: State = { bytes: 0, total: undefined, validator: undefined, startedAt: clock.now() }
  let why = ''
  for (let requests = 1, idle = 0; requests <= maxRequests && idle < maxIdleRequests; requests += 1) {
    const before = state.bytes
    const headers = headersFor(source, state)
    const result = await http
      .send({ method: 'GET', url, headers, signal })
      .then(response => receive(response, output, { state, source, clock }))
      .catch(retryable)
    if (result.kind === 'complete') return { kind: 'complete', bytes: state.bytes }
    why = result.why
    if (!result.retryable || signal.aborted) break
    idle = state.bytes >= before + minProgress ? 0 : idle + 1
    if (idle > 0 && idle < maxIdleRequests) {
      const ms = result.waitMs ?? firstWaitMs * 2 ** (idle - 1)
      await unlessAborted(clock.pause(ms), signal).catch(retryable)
    }
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
  { state, source, clock }: { readonly state: State; readonly source: Source; readonly clock: Clock },
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
      const excess = excessOf(state.bytes + value.length, state, clock.now())
      if (excess !== undefined) return final(excess)
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
  return retryable(`got ${state.bytes} bytes of ${state.total}`)
}

/** Returns what is wrong with so many bytes; undefined if there is room for them. */
function excessOf(bytes: number, { total, startedAt }: State, now: EpochMs): string | undefined {
  if (total !== undefined) {
    return bytes > total ? `the server sends more than the ${total} bytes that it announced` : undefined
  }
  if (bytes <= maxUnannouncedBytes && now - startedAt <= maxUnannouncedMs) return undefined
  return `the server announces no size, and more than ${maxUnannouncedBytes} bytes or ${maxUnannouncedMs / 60_000} minutes have passed`
}

/** Makes sure that the body continues where the output ends; otherwise returns what is wrong. */
async function prepare(response: HttpResponse, output: OutputFile, state: State): Promise<Broken | undefined> {
  const { status } = response
  if (status === 206) return prepareRest(response, state)
  if (status >= 500) return retryable(`the response was ${status}`)
  if (status === 429) return tooManyRequests(response)
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
  if (Number.isNaN(state.total)) return final(`the response has the size ${JSON.stringify(length)}`)
  state.validator = etag?.startsWith('"') === true ? etag : response.header('last-modified')
  return undefined
}

/** The firewall's refusal, which says nothing of the URL. */
function tooManyRequests(response: HttpResponse): Broken {
  const seconds = Number(response.header('retry-after') ?? NaN)
  const why = 'too many requests from this address: the response was 429'
  return seconds <= maxWaitSeconds ? { ...retryable(why), waitMs: seconds * 1000 } : final(why)
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
