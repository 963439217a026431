declare const unit: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z: the unit of DynamoDB's TTL, of CloudFront's policies and of the nonce. */
export type EpochSeconds = number & { readonly [unit]: 'epoch seconds' }

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [unit]: 'epoch milliseconds' }

/** A source of time. Only `main.ts`, adapters and the emulator make one; everything else is handed it. */
export interface Clock {
  /** Never goes further back than the machine's own clock does. */
  now(): EpochMs
  /** Resolves after about `ms` milliseconds; never rejects. */
  pause(ms: number): Promise<void>
}

/** The second that has begun: rounds down, so nothing made from it lives longer than asked. */
export function secondsOf(at: EpochMs): EpochSeconds {
  return Math.floor(at / 1000) as EpochSeconds
}

/** `at` moved by `seconds` whole seconds. */
export function plusSeconds(at: EpochSeconds, seconds: number): EpochSeconds {
  return (at + seconds) as EpochSeconds
}

/** `at` moved by `ms` milliseconds. */
export function plusMs(at: EpochMs, ms: number): EpochMs {
  return (at + ms) as EpochMs
}

/** True from the very millisecond at which `deadline` begins: a link that expires at 12:00:00 is dead at 12:00:00.000. */
export function hasPassed(deadline: EpochSeconds, now: EpochMs): boolean {
  return now >= deadline * 1000
}

/** `2026-11-24T15:00:00Z`: RFC 3339 in UTC without fractions, the only spelling of time in our JSON. */
export function rfc3339(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z')
}
