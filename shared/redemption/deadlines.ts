import type { Clock, EpochMs } from '../time.ts'

/**
 * Time from a request to its deadline, in milliseconds: viewers and callers wait 4 s, and 300 ms are left for the
 * response.
 */
export const requestBudgetMs = 4000 - 300

/**
 * Least time left for a write that consumes a link, in milliseconds: enough to get its response from the far side of the
 * world. If the time ended first, the link would be used without a capability.
 */
export const minWriteMs = 500

const firstPauseMs = 25
const maxPauseMs = 200

/** Waits before another attempt, longer each time and never past the deadline. `turn` is 0 after the first attempt. */
export async function backOff(
  turn: number,
  { clock, deadline }: { readonly clock: Clock; readonly deadline: EpochMs },
): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** turn, maxPauseMs)
  await clock.pause(Math.min(pauseMs, Math.max(0, deadline - clock.now())))
}
