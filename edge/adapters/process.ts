import type { Clock, EpochMs } from '../../shared/time.ts'

// Not imported: an import would load all that hangs on it, its promises too, for 2 ms of every cold start.
const { writeSync } = process.getBuiltinModule('node:fs')
const standardOutput = 1

/**
 * Prints a line on standard output, where Lambda collects it. Not by `console.log`, which Lambda puts words before, so
 * that the line would be JSON no more, nor its metrics be found; and not by `process.stdout`, which takes 2 MB. A line
 * that can't be written is lost: by then the answer is made, and it must reach the viewer.
 */
export function printLine(line: string): void {
  try {
    writeSync(standardOutput, `${line}\n`)
  } catch {
    // There is nowhere to say so.
  }
}

/** The machine's clock. Handed in by `main.ts`; nothing else at the edge reads the time. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}
