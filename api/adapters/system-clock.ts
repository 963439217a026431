import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }
