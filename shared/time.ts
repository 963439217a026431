declare const unit: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z: the unit of DynamoDB's TTL, of CloudFront's policies and of the nonce. */
export type EpochSeconds = number & { readonly [unit]: 'epoch seconds' }

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [unit]: 'epoch milliseconds' }

/** A source of time. Only `main.ts`, adapters and the emulator make one; all other code gets it as a parameter. */
export interface Clock {
  /** Returns the time. Never goes further back than the machine's own clock. */
  now(): EpochMs
  /** Resolves after about `ms` milliseconds; never rejects. */
  pause(ms: number): Promise<void>
}

/** Converts to seconds and rounds down, so that nothing computed from it lives longer than requested. */
export function secondsOf(at: EpochMs): EpochSeconds {
  return Math.floor(at / 1000) as EpochSeconds
}

/** Returns `at` plus `seconds` whole seconds. */
export function plusSeconds(at: EpochSeconds, seconds: number): EpochSeconds {
  return (at + seconds) as EpochSeconds
}

/** Returns `at` plus `ms` milliseconds. */
export function plusMs(at: EpochMs, ms: number): EpochMs {
  return (at + ms) as EpochMs
}

/**
 * Returns true from the first millisecond of `deadline` on: a link that expires at 12:00:00 is expired at 12:00:00.000.
 */
export function hasPassed(deadline: EpochSeconds, now: EpochMs): boolean {
  return now >= deadline * 1000
}

/**
 * Formats a time as `2026-11-24T15:00:00Z`: RFC 3339 in UTC without fractions, the only format of times in our JSON.
 */
export function rfc3339(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z')
}

/** Parses a time as `rfc3339` formats it, and cuts off a fraction of a second; undefined for any other format. */
export function parseTime(text: string): EpochSeconds | undefined {
  const whole = text.replace(/\.\d+Z$/, 'Z')
  const seconds = Date.parse(whole) / 1000
  // The nonce holds 32 bits of seconds, so until 2106.
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 32) return undefined
  // Date.parse accepts other formats too, and reads 31 February as 3 March.
  return rfc3339(seconds as EpochSeconds) === whole ? (seconds as EpochSeconds) : undefined
}
