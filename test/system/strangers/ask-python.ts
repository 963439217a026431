import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folder.ts'
import { runPython } from '../../support/python.ts'

/** How many lines a script of this folder checked, how many it found wrong, and the first of those, without their values. */
export interface Report {
  readonly checked: number
  readonly wrong: number
  readonly first: readonly string[]
}

/** Longest run of one script, in seconds. The longest takes 5 s on a machine that does nothing else. */
const maxSeconds = 150

/** Has a Python script of this folder check each line. Throws if the script itself fails. Only in a test. */
export function askPython(script: string, lines: readonly object[]): Report {
  const file = join(temporaryFolder(), 'lines')
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  return JSON.parse(runPython(['-B', join(import.meta.dirname, script), file], maxSeconds)) as Report
}

/** The report of a script that finds nothing wrong. */
export function allRight(lines: readonly object[]): Report {
  return { checked: lines.length, wrong: 0, first: [] }
}
