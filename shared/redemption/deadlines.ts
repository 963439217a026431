import type { Clock, EpochMs } from '../time.ts'

/** All the time that a viewer or caller waits, in milliseconds: 4 s, of which the last 300 ms are kept for the answer. */
export const requestBudgetMs = 4000 - 300

/** A try with less than this left could not be answered, so it isn't made. In milliseconds. */
export const minAttemptMs = 100

const firstPauseMs = 25
const longestPauseMs = 200

/** Waits before another try, longer each time and never past the deadline; `turn` is how many tries there were but one. */
export async function backOff(
  turn: number,
  { clock, deadline }: { readonly clock: Clock; readonly deadline: EpochMs },
): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** turn, longestPauseMs)
  await clock.pause(Math.min(pauseMs, Math.max(0, deadline - clock.now())))
}
