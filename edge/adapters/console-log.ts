import type { LogLine } from '../ports.ts'

/** One JSON line a request on standard output, where Lambda collects it. */
export function logToConsole(line: LogLine): void {
  console.log(JSON.stringify(line))
}
