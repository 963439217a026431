import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'

/** The machine's clock. Handed in by `main.ts`; nothing else at the edge reads the time. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => pause(ms),
}
