import type { Clock, EpochMs } from '../../shared/time.ts'

/** The machine's clock. Handed in by `main.ts`; nothing else at the edge reads the time. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}
