import type { Clock, EpochMs } from '../../shared/time.ts'

/** The machine's clock. Only the main files use it; other code gets a clock as a parameter. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}
