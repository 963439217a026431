import { createHmac } from 'node:crypto'
import { assert } from '../shared/assert.ts'
import type { MacKeys } from '../shared/nonce.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import { type Rejection, reject } from './answer.ts'
import type { Context, Counter } from './ports.ts'

/** How a caller stands in the minute that runs. */
export interface Standing {
  /** This request is one too many. */
  readonly isOver: boolean
  /** Requests left in this minute, this one taken off. */
  readonly left: number
  /** Until the next minute begins: 1 to 60. */
  readonly resetSeconds: number
}

/** The window of the quota, in seconds: minutes of the clock, the same for all callers. */
const windowSeconds = 60

/**
 * Counts a request of `identity` that costs `cost`; one too many is not counted. Undefined when the counter could not be
 * asked: then the request is let through, and what is left against a flood is API Gateway's own throttling
 * (docs/decisions/0018-caller-quota.md).
 */
export async function charge(
  identity: string,
  cost: number,
  { ports, deployment: { callerQuota } }: Pick<Context, 'ports' | 'deployment'>,
): Promise<Standing | undefined> {
  const { clock, keyring, quota } = ports
  const now = secondsOf(clock.now())
  const resetSeconds = windowSeconds - (now % windowSeconds)
  const windowEnd = plusSeconds(now, resetSeconds)
  try {
    const { mac } = await keyring.current()
    // Kept for a window more, so that no clock that is late begins a counter anew.
    const counter = { id: counterId(identity, windowEnd, mac), expiresAt: plusSeconds(windowEnd, windowSeconds) }
    const { counted, used } = await quota.spend(counter, cost, callerQuota)
    return { isOver: !counted, left: Math.max(0, callerQuota - used), resetSeconds }
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

/** Turns down a caller who has used up the minute. */
export function tooMany({ resetSeconds }: Standing): Rejection {
  return reject('too-many-requests', { headers: { 'retry-after': String(resetSeconds) } })
}

/** The headers that say how a caller stands, as in draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4. */
export function rateLimitHeaders({ left, resetSeconds }: Standing, callerQuota: number): Record<string, string> {
  return {
    'ratelimit-policy': `"caller";q=${callerQuota};w=${windowSeconds}`,
    ratelimit: `"caller";r=${left};t=${resetSeconds}`,
  }
}
