import type { EpochMs } from '../../shared/time.ts'

/**
 * Seconds from each attempt to the next, as Standard Webhooks suggests ("Deliverability and reliability"): after the eighth attempt,
 * about 28 hours after the first, there is no other.
 */
export const delays = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600] as const

/** How far a delay may be from that of the schedule, as a share: so that endpoints which return don't get all at once. */
const jitter = 0.1

/** Longest delay, in seconds: SQS hides a message for 12 hours at most, counted from its receipt (SetQueueAttributes). */
export const maxDelaySeconds = 11 * 3600

/** Attempts for one webhook. */
export const maxAttempts = delays.length + 1

/**
 * Returns the seconds until the next attempt; undefined if there is none. `attempt` counts from 1. What an endpoint demands with
 * `Retry-After` makes it longer, up to `maxDelaySeconds`, and never shorter.
 */
export function delayAfter(attempt: number, random: () => number, demanded?: number): number | undefined {
  const base = delays[attempt - 1]
  if (base === undefined) return undefined
  const spread = base * (1 - jitter + 2 * jitter * random())
  return Math.min(maxDelaySeconds, Math.ceil(Math.max(spread, demanded ?? 0)))
}

/** Returns the seconds that a `Retry-After` demands at `now`: seconds or a date (RFC 9110); undefined if it is neither. */
export function retryAfterSeconds(header: string | undefined, now: EpochMs): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}
