import { effectOf } from '../table/effect-of-error.ts'
import { minAttemptMs } from '../limits.ts'
import { systemClock } from './process.ts'

/** Attempts of one call, and the longest pauses before the second and the third, in milliseconds: those of the SDKs. */
const maxAttempts = 3
const pauseMs = { afterRejection: 500, otherwise: 100 } as const

/**
 * Calls `attempt` up to three times if it may help, all within `timeoutMs`, and each with the time that is left. Only for calls that may
 * happen twice.
 */
export async function repeated<T>(timeoutMs: number, attempt: (leftMs: number) => Promise<T>): Promise<T> {
  const deadline = systemClock.now() + timeoutMs
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt(deadline - systemClock.now())
    } catch (error) {
      const effect = effectOf(error)
      const longest = (effect === 'none' ? pauseMs.afterRejection : pauseMs.otherwise) * 2 ** (attempts - 1)
      const pause = Math.random() * longest // at random, so that the items of a throttled batch don't come again at once
      const isLast = attempts === maxAttempts || systemClock.now() + pause > deadline - minAttemptMs
      if (isLast || effect === 'none-not-retryable') throw error
      await systemClock.pause(pause)
    }
  }
}
