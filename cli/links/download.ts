import type { Clock, EpochMs } from '../../shared/time.ts'
import { unlessAborted } from '../../client/abortable.ts'
import type { HttpResponse, OutputFile } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { type Arrived, type Broken, final, prepareOutput, rangeHeaders, retryable } from './file-response.ts'
import type { Capability } from './redeem-link.ts'

/**
 * A transfer that makes no progress for so long, in milliseconds, is given up. A change of networks can take a minute.
 * Responses that are not HTTP are given up after some requests.
 */
const patienceMs = 120_000
const maxMalformed = 5

/** A request that brings fewer bytes brings nothing: a server may send one byte and stop, each time. */
const minProgress = 1024

/** Wait after a request that brings no bytes, in milliseconds; it doubles, up to a longest one. */
const firstWaitMs = 250
const maxWaitMs = 10_000

/** Requests in a row that bring no bytes before the user learns of it: some 4 s. */
const announcedAfter = 5

/**
 * Most bytes of a file whose size is not announced, and longest time that it takes, in milliseconds, because nothing else would
 * end it. S3 and CloudFront announce sizes; a proxy may not pass them on.
 */
const maxUnannouncedBytes = 1024 ** 3
const maxUnannouncedMs = 10 * 60_000

/** The file to download. */
export interface Source {
  readonly capability: Capability
  /** Sent with each request, besides the capability's cookies. */
  readonly headers: Readonly<Record<string, string>>
  /** What an earlier run left in the output. */
  readonly arrived: Readonly<Arrived>
  /** Called before the first byte of a file is written, which waits for it. Never rejects. */
  readonly onFile: (file: Readonly<Arrived>) => Promise<void>
  /** Called repeatedly with the number of bytes received so far, and the size if it is known. */
  readonly onProgress: (bytes: number, total: number | undefined) => void
  /** Called if the URL is refused. Returns the capability to go on with, or why there is none. */
  readonly onRefused: (
    refusal: UrlRefusal,
  ) => Promise<Broken | { readonly kind: 'capability'; readonly capability: Capability }>
  /** Cancels the transfer. */
  readonly signal: AbortSignal
}

/** The refusal of a capability's URL, with a body that may be read, and the number of bytes received before it. */
export interface UrlRefusal {
  readonly capability: Capability
  readonly response: HttpResponse
  readonly bytes: number
}

/** How a transfer ended: with the whole file, or broken off for good. */
export type Transfer =
  | { readonly kind: 'complete'; readonly bytes: number }
  | { readonly kind: 'broken'; readonly bytes: number; readonly why: string; readonly refusal?: Broken['refusal'] }

/** Progress of a transfer. */
interface State {
  capability: Capability
  readonly arrived: Arrived
  /** Most bytes that had arrived so far, and when they had. */
  best: number
  progressAt: EpochMs
  /** Requests in a row that brought no bytes. */
  idle: number
  readonly startedAt: EpochMs
}

/** Result of one request. */
type RequestResult = { readonly kind: 'complete' } | Broken

/**
 * Downloads a file. If the connection breaks, resumes as long as the URL works: requests the rest of the same file (Range,
 * If-Range). Gives up after two minutes without progress. Compares the size with the announced one and accepts no byte more; if
 * none is announced, 1 GiB in ten minutes. Never rejects.
 */
export async function download(source: Source, output: OutputFile, ports: Ports): Promise<Transfer> {
  const { clock } = ports
  const { arrived, signal } = source
  const now = clock.now()
  const state = {
    capability: source.capability,
    arrived: { ...arrived },
    best: arrived.bytes,
    progressAt: now,
    idle: 0,
    startedAt: now,
  }
  if (arrived.bytes > 0 && arrived.bytes === arrived.total) return { kind: 'complete', bytes: arrived.bytes }
  for (;;) {
    const result = await request(source, output, { state, ports })
    const { bytes } = state.arrived
    if (result.kind === 'complete') return { kind: 'complete', bytes }
    noteProgress(state, clock)
    if (signal.aborted || isHopeless(result, state, clock)) {
      return { kind: 'broken', bytes, why: result.why, refusal: result.refusal }
    }
    await waitAfter(result, state, { signal, ports })
  }
}

function noteProgress(state: State, clock: Clock): void {
  if (state.arrived.bytes < state.best + minProgress) return void (state.idle += 1)
  Object.assign(state, { best: state.arrived.bytes, progressAt: clock.now(), idle: 0 })
}

function isHopeless({ retry }: Broken, { idle, progressAt }: State, clock: Clock): boolean {
  if (retry === 'no') return true
  return idle > 0 && (retry === 'few' ? idle >= maxMalformed : clock.now() - progressAt >= patienceMs)
}

async function waitAfter(
  { why, waitMs }: Broken,
  { idle }: State,
  { signal, ports }: { readonly signal: AbortSignal; readonly ports: Ports },
): Promise<void> {
  if (idle === 0) return
  const ms = waitMs ?? Math.min(firstWaitMs * 2 ** (idle - 1), maxWaitMs)
  if (idle === announcedAfter) ports.info(`No bytes arrive (${why}): trying for two minutes.`)
  await unlessAborted(ports.clock.pause(ms), signal).catch(() => undefined)
}

interface RequestContext {
  readonly state: State
  readonly ports: Ports
}

async function request(source: Source, output: OutputFile, context: RequestContext): Promise<RequestResult> {
  const { arrived, capability } = context.state
  const { url, cookie } = capability
  const headers = { ...source.headers, ...(cookie !== undefined && { cookie }), ...rangeHeaders(arrived) }
  try {
    const response = await context.ports.http.send({ method: 'GET', url, headers, signal: source.signal })
    return await receive(response, output, { ...context, source })
  } catch (error) {
    return retryable(error)
  }
}

async function receive(
  response: HttpResponse,
  output: OutputFile,
  { state, source, ports: { clock } }: RequestContext & { readonly source: Source },
): Promise<RequestResult> {
  const { arrived } = state
  let noted: Promise<void> | undefined
  try {
    const isPinned = new URL(state.capability.url).searchParams.has('versionId')
    const unusable = await prepareOutput(response, output, { arrived, isPinned })
    if (unusable?.kind === 'refused-url') return await refused(response, state, source)
    if (unusable !== undefined) return unusable
    if (response.status === 200) noted = source.onFile(arrived)
    const chunks = response.body[Symbol.asyncIterator]()
    for (;;) {
      const { done, value } = await chunks.next()
      if (done === true) break
      await noted
      const excess = excessOf(arrived.bytes + value.length, state, clock.now())
      if (excess !== undefined) return final(excess)
      // A retry doesn't help if the disk is full or the reader has gone.
      const failure = await unlessAborted(output.write(value), source.signal).then(() => undefined, final)
      if (failure !== undefined) return failure
      arrived.bytes += value.length
      source.onProgress(arrived.bytes, arrived.total)
    }
  } finally {
    response.end()
    await noted
  }
  if (arrived.total === undefined || arrived.bytes === arrived.total) return { kind: 'complete' }
  return retryable(`got ${arrived.bytes} bytes of ${arrived.total}`)
}

async function refused(response: HttpResponse, state: State, source: Source): Promise<Broken> {
  const { capability, arrived } = state
  const result = await source.onRefused({ capability, response, bytes: arrived.bytes })
  if (result.kind === 'broken') return result
  state.capability = result.capability
  return retryable('the URL was refused')
}

/** Returns what is wrong with so many bytes; undefined if there is room for them. */
function excessOf(bytes: number, { arrived: { total }, startedAt }: State, now: EpochMs): string | undefined {
  if (total !== undefined) {
    return bytes > total ? `the server sends more than the ${total} bytes that it announced` : undefined
  }
  if (bytes <= maxUnannouncedBytes && now - startedAt <= maxUnannouncedMs) return undefined
  return `the server announces no size, and more than ${maxUnannouncedBytes} bytes or ${maxUnannouncedMs / 60_000} minutes have passed`
}
