import { createHmac } from 'node:crypto'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { assert } from '../shared/errors.ts'
import type { MacKeys } from '../shared/nonce.ts'
import { type EpochSeconds, plusSeconds, secondsOf } from '../shared/time.ts'
import { type ApiResult, type Headers, type ApiRefusal, refuse, retryAfterOf } from './result.ts'
import type { ApiContext, Counter } from './ports.ts'
import { identityOf } from './request.ts'

/** Counts what one request costs its caller, and tells how they stand. */
export interface QuotaMeter {
  /**
   * Counts `cost` more. What is too much for the minute is turned down and not counted. When the counter can't be asked it
   * goes on: what is left against a flood is API Gateway's own throttling (docs/decisions/0018-caller-quota.md).
   */
  chargeRequest(cost: number): Promise<ApiRefusal | undefined>
  /** The headers that tell it with an answer; none when it isn't known. */
  headersOf(answer: ApiResult): Headers
}

/** How a caller stands in the minute that runs. */
interface QuotaUsage {
  /** It was too much. */
  readonly isOver: boolean
  /** Requests left in this minute, what was paid taken off. */
  readonly left: number
  readonly windowEnd: EpochSeconds
}

/** The window of the quota, in seconds: minutes of the clock, the same for all callers. */
const windowSeconds = 60

/** The meter of one request. */
export function meterOf(event: APIGatewayProxyEvent, context: Pick<ApiContext, 'ports' | 'deployment'>): QuotaMeter {
  const { ports, deployment } = context
  let standing: QuotaUsage | undefined
  return {
    async chargeRequest(cost) {
      standing = await charge(identityOf(event), cost, context)
      return standing?.isOver === true ? tooMany(secondsUntil(standing.windowEnd, ports)) : undefined
    },
    headersOf: answer => (standing ? rateLimitHeaders(standing, answer, { ports, deployment }) : {}),
  }
}

async function charge(
  identity: string,
  cost: number,
  { ports, deployment: { callerQuota } }: Pick<ApiContext, 'ports' | 'deployment'>,
): Promise<QuotaUsage | undefined> {
  const { clock, keyring, quota } = ports
  const now = secondsOf(clock.now())
  const windowEnd = plusSeconds(now, windowSeconds - (now % windowSeconds))
  try {
    const { mac } = await keyring.current()
    // Kept for a window more, so that no clock that is late begins a counter anew.
    const counter = { id: counterId(identity, windowEnd, mac), expiresAt: plusSeconds(windowEnd, windowSeconds) }
    const { counted, used } = await quota.tryAdd(counter, cost, callerQuota)
    return { isOver: !counted, left: Math.max(0, callerQuota - used), windowEnd }
  } catch {
    return undefined
  }
}

/** A keyed hash, so that the table doesn't say who calls. Its label keeps it apart from other uses of the MAC key. */
function counterId(identity: string, windowEnd: number, mac: MacKeys): Counter['id'] {
  const key = mac.bySlot.get(mac.current)
  assert(key, 'the slot in force has a key')
  const input = JSON.stringify(['once-at-edge caller quota', identity, windowEnd])
  return createHmac('sha256', key.secret).update(input).digest('base64url')
}

/** The only `too-many-requests` there is: the caller has used up the minute. */
function tooMany(seconds: number): ApiRefusal {
  return refuse('too-many-requests', { retryAfterSeconds: Math.max(1, seconds) })
}

/** Until the next minute begins, 0 when it has begun. */
function secondsUntil(windowEnd: EpochSeconds, { clock }: ApiContext['ports']): number {
  return Math.max(0, windowEnd - secondsOf(clock.now()))
}

/**
 * As in draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4. There `t` is for the same moment as a Retry-After beside
 * it, or left out where that is about something else than the quota.
 */
function rateLimitHeaders(
  { left, windowEnd }: QuotaUsage,
  answer: ApiResult,
  { ports, deployment: { callerQuota } }: Pick<ApiContext, 'ports' | 'deployment'>,
): Headers {
  const retryAfter = retryAfterOf(answer)
  const isOver = answer.outcome === 'refused' && answer.reason === 'too-many-requests'
  const reset = isOver ? retryAfter : secondsUntil(windowEnd, ports)
  return {
    'ratelimit-policy': `"caller";q=${callerQuota};w=${windowSeconds}`,
    ratelimit: `"caller";r=${left}${retryAfter === undefined || isOver ? `;t=${reset}` : ''}`,
  }
}
