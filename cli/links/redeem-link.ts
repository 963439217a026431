import { createHmac } from 'node:crypto'
import { isProblem, parseJsonObject } from '../../client/problem.ts'
import { clientHeader } from '../../shared/binding.ts'
import { idempotencyKeyHeader } from '../../shared/http.ts'
import type { Nonce } from '../../shared/nonce.ts'
import { passphraseHeader } from '../../shared/passphrase.ts'
import { type DisplayedRefusal, uniformRefusal } from '../../shared/refusal.ts'
import type { EpochMs } from '../../shared/time.ts'
import { unlessAborted } from '../../client/abortable.ts'
import { UnreachableError } from '../command.ts'
import { type HttpResponse, NotConnected } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { shortened, singleLine } from '../terminal/text.ts'

/** Attempts per link: with the waits between them some 4 s, or 20 s if an edge says `Retry-After: 5`. */
const maxAttempts = 5

/** If an edge asks to wait longer, in seconds, its refusal is reported at once. The firewall asks for a minute. */
const maxWaitSeconds = 60

/** No attempt starts later, in milliseconds: with the last one, whose response takes half a minute at most, two minutes. */
const totalMs = 90_000

/** Waits from this on are announced, in milliseconds. */
const longWaitMs = 10_000

/** Longest title or detail of a refusal that is shown, in characters. An edge's have some hundred. */
const maxShownLength = 1000

/** Wait after no response, in milliseconds; it doubles. */
const firstWaitMs = 250

/** The link was redeemed for a URL, with the cookies that belong to it, or it was refused. */
export type RedeemResult =
  | ({ readonly kind: 'redeemed' } & Capability)
  | { readonly kind: 'refused'; readonly title: string; readonly detail: string; readonly reason: string }

/** What opens the file of a redeemed link. */
export interface Capability {
  readonly url: string
  readonly cookie: string | undefined
  /** When it ends; undefined if the server doesn't say. */
  readonly expiresAt: EpochMs | undefined
}

/** What tells this client from others. A link with a receipt returns the same URL again only to the client that used it. */
export interface ClientIdentity {
  /** Sent to the link and to the file, which opens with it from any address if the link is bound to its client. */
  readonly secret: string
  readonly idempotencyKey: string
}

/** The link to redeem. */
export interface RedeemRequest {
  readonly link: string
  readonly client: ClientIdentity
  readonly passphrase: string | undefined
  /** Cancels the redemption. */
  readonly signal: AbortSignal
}

/** Makes the identity of a client: a new one, or with an Idempotency-Key the one that this key always has at this link. */
export function clientIdentity(
  nonce: Nonce,
  idempotencyKey: string | undefined,
  random: Ports['random'],
): ClientIdentity {
  const newId = (bytes: number) => Buffer.from(random(bytes)).toString('base64url')
  if (idempotencyKey === undefined) return { secret: newId(32), idempotencyKey: newId(16) }
  return { secret: createHmac('sha256', nonce).update(idempotencyKey).digest('base64url'), idempotencyKey }
}

/**
 * Redeems a link, confirming with an Idempotency-Key as programs do. If no response comes, tries again as the same client: a
 * link with a receipt then returns the same URL. Rejects with an `UnreachableError` if no edge responds or the signal is
 * aborted; the message says what is known of the link. Settles within two minutes.
 */
export async function redeemLink(request: RedeemRequest, ports: Ports): Promise<RedeemResult> {
  const { signal } = request
  const startedAt = ports.clock.now()
  let doubtful = false
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptOnce(request, ports)
    const ms = waitAfter(result, attempt)
    if (signal.aborted || attempt >= maxAttempts || ms === undefined) return settled(result, doubtful)
    if (ports.clock.now() + ms > startedAt + totalMs) return settled(result, doubtful)
    if (ms >= longWaitMs) ports.info(`${titleOf(result)}: trying again in ${ms / 1000} seconds`)
    doubtful ||= mayHaveUsed(result)
    await unlessAborted(ports.clock.pause(ms), signal).catch(() => undefined)
  }
}

/** Result of one attempt. `foreign`: the server is not an edge. `no-response`: none came, or a gateway says that it got none. */
type AttemptResult =
  | (RedeemResult & { readonly retryAfterSeconds?: number | undefined })
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'no-response'; readonly why: string; readonly sent: boolean }

async function attemptOnce(
  { link, client, passphrase, signal }: RedeemRequest,
  { http }: Ports,
): Promise<AttemptResult> {
  if (signal.aborted) return { kind: 'no-response', why: reasonOf(signal.reason), sent: false }
  const { secret, idempotencyKey } = client
  const headers = {
    accept: 'application/json',
    [idempotencyKeyHeader]: idempotencyKey,
    [clientHeader]: secret,
    ...(passphrase !== undefined && { [passphraseHeader]: encodeURIComponent(passphrase) }),
  }
  try {
    return await readResponse(await http.send({ method: 'POST', url: link, headers, signal }), link)
  } catch (error) {
    return { kind: 'no-response', why: reasonOf(error), sent: !(error instanceof NotConnected) }
  }
}

/** Returns the milliseconds to wait before another attempt; undefined if another would not help. */
function waitAfter(result: AttemptResult, attempt: number): number | undefined {
  if (result.kind === 'foreign' || result.kind === 'redeemed') return undefined
  if (result.kind === 'no-response') return firstWaitMs * 2 ** (attempt - 1)
  const { retryAfterSeconds: seconds } = result
  return seconds === undefined || seconds > maxWaitSeconds ? undefined : seconds * 1000
}

function titleOf(result: AttemptResult): string {
  return singleLine(result.kind === 'refused' ? result.title : 'no response')
}

/** Reasons of requests that may have used the link. */
const doubtfulReasons = reasonsIn('outcome-unknown', 'unsigned', 'failed')

/** Reasons of used links; this command may have used them. */
const usedReasons = reasonsIn('spent', uniformRefusal.reason)

function reasonsIn(...reasons: readonly DisplayedRefusal['reason'][]): ReadonlySet<string> {
  return new Set(reasons)
}

function mayHaveUsed(result: AttemptResult): boolean {
  if (result.kind === 'no-response') return result.sent
  return result.kind === 'refused' && doubtfulReasons.has(result.reason)
}

/** Returns the final result, or throws. If `doubtful`, an earlier attempt may have used the link: adds what that means. */
function settled(result: AttemptResult, doubtful: boolean): RedeemResult {
  if (result.kind === 'redeemed') return result
  if (result.kind === 'foreign') throw new UnreachableError(`${result.why}\n${unknown}`)
  if (result.kind === 'no-response') {
    const known = doubtful || result.sent ? unknown : 'The link was not used: no request was sent.'
    throw new UnreachableError(`no response from an edge: ${result.why}\n${known}`)
  }
  if (!doubtful || doubtfulReasons.has(result.reason)) return result
  const note = usedReasons.has(result.reason)
    ? 'An earlier attempt of this command had no certain result, so this command may have used the link.'
    : `An earlier attempt of this command had no certain result. ${unknown}`
  return { ...result, detail: `${result.detail} ${note}` }
}

const unknown = 'Whether the link was used is unknown.'

/** An edge says why it refuses a program. Without a reason of its own, a 403 must not pass for that of a used link. */
const notFromEdge =
  'the response was 403, but not from an edge: a firewall blocks this address for some minutes, or a proxy this link. Try again later.'

async function readResponse(response: HttpResponse, link: string): Promise<AttemptResult> {
  const { status } = response
  const text = await response.text()
  if (status === 200) return readCapability(parseJsonObject(text), link)
  const hasProblem = isProblem(status, response.header('content-type'))
  // From a gateway, or from CloudFront because the function failed. The edge may still have got the request.
  if (status >= 500 && !hasProblem) return { kind: 'no-response', why: `the server returned ${status}`, sent: true }
  if (status === 403 && !hasProblem) return { kind: 'foreign', why: notFromEdge }
  const { title, detail, reason } = hasProblem ? parseJsonObject(text) : {}
  const retryAfter = response.header('retry-after') ?? ''
  return {
    kind: 'refused',
    title: typeof title === 'string' ? shortened(title, maxShownLength) : `The response was ${status}`,
    detail: typeof detail === 'string' ? shortened(detail, maxShownLength) : 'It gives no reason.',
    reason: typeof reason === 'string' ? reason : 'unknown',
    retryAfterSeconds: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
  }
}

/** Accepts only a URL on the link's own host, so that its cookies are sent nowhere else. */
function readCapability(
  { url, cookies = {}, expiresAt }: Readonly<Record<string, unknown>>,
  link: string,
): AttemptResult {
  const absolute = typeof url === 'string' ? URL.parse(url, link) : null
  if (absolute === null || absolute.origin !== new URL(link).origin || typeof cookies !== 'object') {
    return { kind: 'foreign', why: 'the server is not an edge: it returned 200 without a URL on its own host' }
  }
  const pairs = Object.entries(cookies ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const cookie = pairs.length === 0 ? undefined : pairs.join('; ')
  const end = Date.parse(String(expiresAt)) as EpochMs
  return { kind: 'redeemed', url: absolute.href, cookie, expiresAt: Number.isNaN(end) ? undefined : end }
}
