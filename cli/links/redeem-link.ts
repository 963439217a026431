import { parseJsonObject } from '../../client/problem.ts'
import { problemType } from '../../shared/http.ts'
import { type DisplayedRefusal, uniformRefusal } from '../../shared/refusal.ts'
import { unlessAborted } from '../abortable.ts'
import { UnreachableError } from '../command.ts'
import { NotConnected, type HttpResponse } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Most times that a link is asked for: with the waits between them some 4 s, or 20 where an edge says to come in 5. */
const mostAttempts = 5

/** Longest that is waited when an edge says to come again, in seconds; what takes longer is told at once. */
const longestWaitSeconds = 30

/** The wait after no answer, in milliseconds; it doubles. */
const firstWaitMs = 250

/** What came of asking for a link: it is ours, with the cookies that go with its URL, or it was refused. */
export type RedeemResult =
  | { readonly kind: 'taken'; readonly url: string; readonly cookie: string | undefined }
  | { readonly kind: 'refused'; readonly title: string; readonly detail: string; readonly reason: string }

/** What to ask for, and until when. */
export interface RedeemRequest {
  readonly link: string
  /** @default a new one */
  readonly idempotencyKey: string | undefined
  /** Whoever sits before it no longer wants it. */
  readonly signal: AbortSignal
}

/**
 * Uses a link, as a program does that confirms by an Idempotency-Key. When no answer comes, it is asked again with the same
 * key: a link with a receipt then gives the same URL. Rejects with `CannotAsk` when nobody answers or it is no longer wanted;
 * the message says what is known of the link then.
 */
export async function redeemLink(asked: RedeemRequest, ports: Ports): Promise<RedeemResult> {
  const { link, signal } = asked
  const idempotencyKey = asked.idempotencyKey ?? Buffer.from(ports.random(16)).toString('base64url')
  let doubtful = false
  for (let attempt = 1; ; attempt += 1) {
    const read = await attemptOnce({ link, idempotencyKey, signal }, ports)
    const ms = waitAfter(read, attempt)
    if (signal.aborted || attempt >= mostAttempts || ms === undefined) return settled(read, doubtful)
    doubtful ||= mayHaveUsed(read)
    await unlessAborted(ports.clock.pause(ms), signal).catch(() => undefined)
  }
}

/** What one attempt came to. `foreign`: what answered is no edge. `unanswered`: nothing, or a gateway's word for nothing. */
type Read =
  | (RedeemResult & { readonly retryAfterSeconds?: number | undefined })
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'unanswered'; readonly why: string; readonly sent: boolean }

async function attemptOnce(
  { link, idempotencyKey, signal }: RedeemRequest & { readonly idempotencyKey: string },
  { web }: Ports,
): Promise<Read> {
  if (signal.aborted) return { kind: 'unanswered', why: reasonOf(signal.reason), sent: false }
  const headers = { accept: 'application/json', 'idempotency-key': idempotencyKey }
  try {
    return await readAnswer(await web.ask({ method: 'POST', url: link, headers, signal }), link)
  } catch (error) {
    return { kind: 'unanswered', why: reasonOf(error), sent: !(error instanceof NotConnected) }
  }
}

/** Milliseconds until it makes sense to ask again, or undefined when it makes none. */
function waitAfter(read: Read, attempt: number): number | undefined {
  if (read.kind === 'foreign' || read.kind === 'taken') return undefined
  if (read.kind === 'unanswered') return firstWaitMs * 2 ** (attempt - 1)
  const { retryAfterSeconds: seconds } = read
  return seconds === undefined || seconds > longestWaitSeconds ? undefined : seconds * 1000
}

/** Refusals of requests that may have used the link. */
const doubtfulReasons = reasonsIn('outcome-unknown', 'unsigned', 'failed')

/** Refusals of links that somebody has used, who may have been we. */
const usedReasons = reasonsIn('spent', uniformRefusal.reason)

/** Refusals of links that nobody has used. */
const neverUsedReasons = reasonsIn('revoked')

function reasonsIn(...reasons: readonly DisplayedRefusal['reason'][]): ReadonlySet<string> {
  return new Set(reasons)
}

function mayHaveUsed(read: Read): boolean {
  if (read.kind === 'unanswered') return read.sent
  return read.kind === 'refused' && doubtfulReasons.has(read.reason)
}

/** `doubtful`: an attempt before this one may have used the link. */
function settled(read: Read, doubtful: boolean): RedeemResult {
  if (read.kind === 'taken') return read
  if (read.kind === 'foreign') throw new UnreachableError(`${read.why}\n${unknown}`)
  if (read.kind === 'unanswered') {
    const known = doubtful || read.sent ? unknown : 'The link was not used: it was sent to nobody.'
    throw new UnreachableError(`nobody answered for the link: ${read.why}\n${known}`)
  }
  if (!doubtful || doubtfulReasons.has(read.reason) || neverUsedReasons.has(read.reason)) return read
  const words = usedReasons.has(read.reason)
    ? 'An earlier attempt of this very command had no certain answer, so it may have been this command that used it.'
    : `An earlier attempt of this very command had no certain answer. ${unknown}`
  return { ...read, detail: `${read.detail} ${words}` }
}

const unknown = 'It is not known whether the link was used.'

async function readAnswer(answer: HttpResponse, link: string): Promise<Read> {
  const { status } = answer
  const text = await answer.text()
  if (status === 200) return readCapability(parseJsonObject(text), link)
  const isProblem = answer.header('content-type')?.startsWith(problemType) === true
  // What stands before an edge, or CloudFront when the function failed: it may have been asked all the same.
  if (status >= 500 && !isProblem) return { kind: 'unanswered', why: `the answer was ${status}`, sent: true }
  const { title, detail, reason } = isProblem ? parseJsonObject(text) : {}
  const retryAfter = answer.header('retry-after') ?? ''
  return {
    kind: 'refused',
    title: typeof title === 'string' ? title : `The answer was ${status}`,
    detail: typeof detail === 'string' ? detail : 'It does not say why.',
    reason: typeof reason === 'string' ? reason : 'unknown',
    retryAfterSeconds: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
  }
}

/** The URL is on the link's own host, as are its cookies: they are sent nowhere else. */
function readCapability({ url, cookies = {} }: Readonly<Record<string, unknown>>, link: string): Read {
  const absolute = typeof url === 'string' ? URL.parse(url, link) : null
  if (absolute === null || absolute.origin !== new URL(link).origin || typeof cookies !== 'object') {
    return { kind: 'foreign', why: 'what answered is no edge of links: it gives 200, and no URL on its own host' }
  }
  const pairs = Object.entries(cookies ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const cookie = pairs.length === 0 ? undefined : pairs.join('; ')
  return { kind: 'taken', url: absolute.href, cookie }
}
