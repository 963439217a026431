import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folder.ts'
import { runScript } from './run-script.ts'

/** How many lines a script of this folder checked, how many it found wrong, and the first of those, without their values. */
export interface Report {
  readonly checked: number
  readonly wrong: number
  readonly first: readonly string[]
}

/** Longest run of one script, in seconds. The longest takes 5 s on a machine that does nothing else. */
const maxSeconds = 150

/** Has a Python script of this folder check each line. Rejects if the script itself fails. Only in a test. */
export async function askPython(script: string, lines: readonly object[]): Promise<Report> {
  const file = join(temporaryFolder(), 'lines')
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  return (await runScript(script, [file], { seconds: maxSeconds })) as Report
}

/** The report of a script that finds nothing wrong. */
export function allRight(lines: readonly object[]): Report {
  return { checked: lines.length, wrong: 0, first: [] }
}
