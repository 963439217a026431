import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Deployment } from '../shared/settings/deployment.ts'
import { type EpochSeconds, plusSeconds, secondsOf } from '../shared/time.ts'
import { quotaBlockOf } from '../shared/limits.ts'
import type { ApiPorts, Quota, QuotaResult } from './ports.ts'
import { callerHash, identityOf } from './principal.ts'
import { type ApiRefusal, type ApiResult, type Headers, refuse, retryAfterOf } from './result.ts'

/** Charges one request to its caller's quota. */
export interface QuotaMeter {
  /**
   * Adds `cost` to the caller's counter. If that exceeds the quota of this minute, returns a refusal and adds nothing. If
   * counting fails, the API allows the request; API Gateway's own throttling remains (docs/decisions/0018-caller-quota.md).
   */
  chargeRequest(cost: number): Promise<ApiRefusal | undefined>
  /** Returns the RateLimit headers for the response to `result`; none if the usage is unknown. */
  headersOf(result: ApiResult): Headers
}

/** What a caller used of its quota in the current minute. */
interface QuotaUsage {
  readonly isExceeded: boolean
  /** Requests left in this minute, after this charge. */
  readonly left: number
  readonly windowEnd: EpochSeconds
}

/** Window of the quota, in seconds: a minute of the clock, the same for all callers. */
const windowSeconds = 60

/** What counting a request needs. */
interface QuotaContext {
  readonly ports: Pick<ApiPorts, 'clock' | 'keyring' | 'quota'>
  readonly deployment: Pick<Deployment, 'callerQuota' | 'userRoles'>
}

/** Makes the meter of one request. */
export function meterOf(event: APIGatewayProxyEvent, context: QuotaContext): QuotaMeter {
  const { ports, deployment } = context
  let usage: QuotaUsage | undefined
  return {
    async chargeRequest(cost) {
      usage = await charge(identityOf(event, deployment), cost, context)
      return usage?.isExceeded === true ? tooMany(secondsUntil(usage.windowEnd, ports)) : undefined
    },
    headersOf: result => (usage ? rateLimitHeaders(usage, result, { ports, deployment }) : {}),
  }
}

async function charge(
  identity: string,
  cost: number,
  { ports, deployment: { callerQuota } }: QuotaContext,
): Promise<QuotaUsage | undefined> {
  const { clock, keyring, quota } = ports
  const now = secondsOf(clock.now())
  const windowEnd = plusSeconds(now, windowSeconds - (now % windowSeconds))
  try {
    const { mac } = await keyring.current()
    const id = callerHash(identity, mac, `once-at-edge requests until ${windowEnd}`)
    // Kept for one more window, so that a request of a slow clock doesn't restart a counter.
    const counter = { id, expiresAt: plusSeconds(windowEnd, windowSeconds) }
    const { counted, used } = await quota.tryAdd(counter, cost, callerQuota)
    return { isExceeded: !counted, left: Math.max(0, callerQuota - used), windowEnd }
  } catch {
    return undefined
  }
}

/** No other function refuses with `too-many-requests`, so its metric counts only used-up quotas. */
function tooMany(seconds: number): ApiRefusal {
  return refuse('too-many-requests', { retryAfterSeconds: Math.max(1, seconds) })
}

/** Returns the seconds until the window ends; 0 if it has ended. */
function secondsUntil(windowEnd: EpochSeconds, { clock }: QuotaContext['ports']): number {
  return Math.max(0, windowEnd - secondsOf(clock.now()))
}

/**
 * Makes the headers of draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4. If the response has a Retry-After, `t` is
 * the same moment, or is left out if that Retry-After is not about the quota.
 */
function rateLimitHeaders(
  { left, windowEnd }: QuotaUsage,
  result: ApiResult,
  { ports, deployment: { callerQuota } }: QuotaContext,
): Headers {
  const retryAfter = retryAfterOf(result)
  const isQuota = result.kind === 'api-refusal' && result.reason === 'too-many-requests'
  const reset = isQuota ? retryAfter : secondsUntil(windowEnd, ports)
  return {
    'ratelimit-policy': `"caller";q=${callerQuota};w=${windowSeconds}`,
    ratelimit: `"caller";r=${left}${retryAfter === undefined || isQuota ? `;t=${reset}` : ''}`,
  }
}

/** What this execution environment knows of one counter. */
interface KnownCounter {
  readonly expiresAt: EpochSeconds
  /** The counter as the table had it last; other environments may have added to it since. */
  stored: number
  /** What this environment allowed and has not added to the table: less than a block. */
  uncounted: number
  /** Resolves when the write that is under way has ended; undefined if none is. */
  writing?: Promise<void>
}

/**
 * Makes a quota that adds to the counters of `quota` in blocks: one write for `block` requests of a caller. The only
 * environment that serves a caller allows exactly `max`. E of them together allow at most `max + E × (block - 1)`: the stored
 * counter never exceeds `max`, and each leaves less than a block out of it. None refuses what an exact count would allow
 * (docs/decisions/0036-rare-counting.md).
 *
 * If a write fails, `tryAdd` rejects, and what it was to add is forgotten: the store may have it.
 */
export function countRarely(quota: Quota, block: number): Quota {
  const known = new Map<string, KnownCounter>()
  return {
    async tryAdd(counter, cost, max) {
      const own = known.get(counter.id) ?? startCounter(counter.expiresAt, known)
      known.set(counter.id, own)
      while (own.writing !== undefined) await own.writing // at the same time only in tests: Lambda sends one event at a time
      const { stored, uncounted } = own
      if (stored + uncounted + cost > max) return { counted: false, used: stored + uncounted }
      if (uncounted + cost >= block) return write(own, cost, amount => quota.tryAdd(counter, amount, max))
      own.uncounted += cost
      return { counted: true, used: stored + own.uncounted }
    },
  }
}

/** Makes a quota that counts as `countRarely` does, each counter in blocks that fit its own maximum. */
export function countByMaximum(quota: Quota): Quota {
  const byBlock = new Map<number, Quota>()
  return {
    tryAdd(counter, cost, max) {
      const block = quotaBlockOf(max)
      const rarely = byBlock.get(block) ?? countRarely(quota, block)
      byBlock.set(block, rarely)
      return rarely.tryAdd(counter, cost, max)
    },
  }
}

/** Makes what is known of a new counter, and forgets those of earlier minutes. */
function startCounter(expiresAt: EpochSeconds, known: Map<string, KnownCounter>): KnownCounter {
  for (const [id, other] of known) if (other.expiresAt < expiresAt) known.delete(id)
  return { expiresAt, stored: 0, uncounted: 0 }
}

/** Adds what is uncounted together with `cost`. If that is too much, what is uncounted stays so, and `cost` is refused. */
async function write(
  own: KnownCounter,
  cost: number,
  tryAdd: (amount: number) => Promise<QuotaResult>,
): Promise<QuotaResult> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { uncounted } = own
  own.writing = promise
  own.uncounted = 0
  try {
    const { counted, used } = await tryAdd(uncounted + cost)
    own.stored = used
    own.uncounted = counted ? 0 : uncounted
    return { counted, used: used + own.uncounted }
  } finally {
    delete own.writing
    resolve()
  }
}
