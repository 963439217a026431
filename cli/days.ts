import type { EpochMs } from '../shared/time.ts'

/** How late a rotation may be before somebody should look, in days: the alarm of the key's age waits as long. */
export const lateDays = 7

const dayMs = 24 * 3600_000

/** Whole days that have passed. */
export function ageInDays(since: EpochMs, now: EpochMs): number {
  return Math.floor((now - since) / dayMs)
}
