import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../../shared/time.ts'

/** Writes a line to standard output, which Lambda collects. */
export function printLine(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** The machine's clock. Only the main file and adapters use it. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }
