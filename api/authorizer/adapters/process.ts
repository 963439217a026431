import { writeSync } from 'node:fs'
import type { EpochMs } from '../../../shared/time.ts'

/** Writes one line of JSON to standard output, where Lambda collects it. */
export function printLine(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** The machine's clock. */
export const systemClock = { now: () => Date.now() as EpochMs }
