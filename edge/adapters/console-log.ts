import type { LogLine } from '../ports.ts'

/**
 * One JSON line a request on standard output, where Lambda collects it. Not by `console.log`, before whose text Lambda
 * puts its own, so that the line would be JSON no more.
 */
export function logToConsole(line: LogLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
