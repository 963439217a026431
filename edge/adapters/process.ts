import type { Clock, EpochMs } from '../../shared/time.ts'

// Not imported: an import also loads what node:fs depends on, such as its promises, for 2 ms of every cold start.
const { writeSync } = process.getBuiltinModule('node:fs')
const standardOutput = 1

/**
 * Prints a line, if there is one, on standard output, which Lambda collects. Never throws: if the line can't be written,
 * it is lost, because the response is made by then and must reach the viewer. Not `console.log`, before whose lines Lambda
 * puts words, so they wouldn't be JSON and their metrics not found; and not `process.stdout`, which takes 2 MB.
 */
export function printLine(line: string | undefined): void {
  if (line === undefined) return
  try {
    writeSync(standardOutput, `${line}\n`)
  } catch {
    // There is no other place to report it.
  }
}

/** The machine's clock. Nothing else at the edge reads the time. */
export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
}

/** How many times its CPU time a process must have lived to count as throttled; see `isCpuThrottled`. */
const throttledFrom = 6

/**
 * Returns whether this process, which has done nothing but load, has only a small part of a CPU. With a whole one it lives
 * one to three times its CPU time while it loads, with the part of a function of 128 MB about fourteen times.
 */
export function isCpuThrottled(): boolean {
  const { user, system } = process.cpuUsage()
  return process.uptime() * 1e6 >= throttledFrom * (user + system)
}
