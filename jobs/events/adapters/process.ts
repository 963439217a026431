import { writeSync } from 'node:fs'
import type { Clock, EpochMs } from '../../../shared/time.ts'

/**
 * Writes a line to standard output, which Lambda collects. Not by `console.log`, to which Lambda adds a prefix: CloudWatch
 * finds metrics only in a line that is JSON and nothing else.
 */
export function printLine(line: string): void {
  writeSync(1, `${line}\n`)
}

/** The machine's clock. Only the main file uses it; other code gets a clock as a parameter. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}
