import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'

/**
 * Writes one line of JSON to standard output, where Lambda collects it. Not by `console.log`, to which Lambda adds a
 * prefix: CloudWatch finds metrics only in a line that is JSON and nothing else.
 */
export function logLine(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => setTimeout(ms),
}
