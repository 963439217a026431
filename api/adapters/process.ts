import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'

/**
 * Prints a line on standard output, where Lambda collects it. Not by `console.log`, which Lambda puts words before, so
 * that the line would be JSON no more, nor its metrics be found.
 */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }
