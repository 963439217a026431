import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'

/**
 * Writes a line to standard output, which Lambda collects. Not by `console.log`: Lambda prefixes its text, so the line would
 * not be JSON and its metrics would be lost.
 */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }
