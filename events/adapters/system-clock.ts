import type { Clock, EpochMs } from '../../shared/time.ts'

/** The machine's clock. Handed in by the main files; nothing else here reads the time. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}
