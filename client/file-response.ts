import { NoResponseError, type DownloadError, type ProblemError } from './problem.ts'
import type { DownloadState } from './redeem.ts'

/** If the firewall asks to wait longer, in seconds, the transfer is given up. It asks for a minute. */
const maxWaitSeconds = 60

/** A request did not bring the rest of the file. */
export interface Failure {
  readonly error: NoResponseError
  /** Whether another request can't help. */
  readonly isFinal: boolean
  /** Wait before the next request, in milliseconds. @default it depends on the number of requests without bytes */
  readonly waitMs?: number
  readonly refusal?: DownloadError['refusal']
}

/** Another request doesn't help, for example if another file would come. */
export function final(why: string, refusal?: DownloadError['refusal']): Failure {
  return { error: new NoResponseError(why), isFinal: true, refusal }
}

/** Another request may help. */
export function retryable(why: string, cause?: unknown): Failure {
  return { error: new NoResponseError(why, { cause }), isFinal: false }
}

/** How far the transfer is. */
interface Place {
  readonly state: DownloadState
  readonly received: number
  /** Undefined if what has arrived can't be discarded. */
  readonly onStartOver: unknown
}

/** Returns what is wrong with a response; undefined if it has the whole file, or its rest from this place on. */
export function failureIn(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  place: Place,
): Failure | undefined {
  if (status === 206) return failureInRest(headers, place)
  if (status >= 500) return retryable(`the response was ${status}`)
  if (status === 429) return tooManyRequests(headers)
  if (status !== 200) return final(`the response was ${status}`)
  const length = headers.get('content-length') ?? '0'
  if (!/^\d{1,15}$/.test(length)) return final(`the response has the size ${JSON.stringify(length)}`)
  const { state, received, onStartOver } = place
  // The URL names one version of the object, so that no other file may come.
  const isPinned = new URL(state.url).searchParams.has('versionId')
  if (isPinned && state.validator !== undefined && state.validator !== validatorOf(headers)) {
    return final('the server sends another file than before')
  }
  // The whole file comes again: it has changed, or the server can't send the rest alone.
  if (received === 0 || onStartOver !== undefined) return undefined
  return final('the server sends the file only from its start again')
}

/** Returns what tells a file from another: a strong `ETag`, or else `Last-Modified` (RFC 9110, 13.1.5). */
export function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag')
  return (etag?.startsWith('"') === true ? etag : headers.get('last-modified')) ?? undefined
}

/** The firewall's refusal, which says nothing of the URL. */
function tooManyRequests(headers: Headers): Failure {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const why = 'too many requests from this address: the response was 429'
  return seconds <= maxWaitSeconds ? { ...retryable(why), waitMs: seconds * 1000 } : final(why)
}

function failureInRest(headers: Headers, { state: { total, validator }, received }: Place): Failure | undefined {
  const range = headers.get('content-range') ?? ''
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []
  const isRest = Number(from) === received && received > 0 && (total === undefined || Number(size) === total)
  if (!isRest)
    return final(`requested the bytes from ${received} on of ${total ?? 'some'}, got ${JSON.stringify(range)}`)
  const isSame = [undefined, validator].includes(validatorOf(headers))
  return isSame ? undefined : final('the server sends the rest of another file')
}

/** Returns why a URL was refused: at its end, because of the address, or for another reason, which `problem` may name. */
export function refusalOf(headers: Headers, problem: ProblemError, state: DownloadState): Failure {
  const date = Date.parse(headers.get('date') ?? '')
  // The server's time decides; this machine's clock may be wrong.
  if ((Number.isNaN(date) ? Date.now() : date) >= state.expiresAt) {
    return final(`the URL ended at ${rfc3339(state.expiresAt)}`, 'ended')
  }
  // The gate says why. CloudFront shows only a page, also for a file that is missing.
  const why = problem.reason === 'unknown' ? ', or the sender removed the file' : `: ${problem.title}`
  return final(`the URL was refused before its end${why}`, isBoundToAddress(state) ? 'other-address' : undefined)
}

/** Whether a URL works from one address only, as the gate's parameters (docs/protocol.md) or CloudFront's policy say. */
function isBoundToAddress({ url, cookie = '' }: DownloadState): boolean {
  const { searchParams } = new URL(url)
  const policy = searchParams.get('Policy') ?? /CloudFront-Policy=([^;]*)/.exec(cookie)?.[1] ?? ''
  const isByGate = searchParams.has('a') && !searchParams.has('c')
  return isByGate || textOf(policy).includes('"AWS:SourceIp"')
}

/** Decodes CloudFront's base64 (AWS, "Create a signed URL using a custom policy"); empty text if it is something else. */
function textOf(policy: string): string {
  try {
    return atob(policy.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'))
  } catch {
    return ''
  }
}

/** Formats epoch milliseconds as the API does: RFC 3339 in UTC, whole seconds. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
