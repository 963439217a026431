import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { runScript } from './run-script.ts'

/** How many lines a script of this folder checked, how many it found wrong, and the first of those, without their values. */
export interface Report {
  readonly checked: number
  readonly wrong: number
  readonly first: readonly string[]
}

/** Timeout of one script, in seconds: the longest runs for 5 s on a machine that does nothing else. */
const maxSeconds = 150

/** Has a Python script of this folder check each line. Rejects if the script itself fails. Only in a test. */
export async function askPython(script: string, lines: readonly object[]): Promise<Report> {
  const [report] = await askPythonOfEach(script, [lines])
  return report!
}

/** Same, of several lists in one process: starting Python with botocore takes longer than to check hundreds of lines. */
export async function askPythonOfEach(
  script: string,
  lists: readonly (readonly object[])[],
): Promise<readonly Report[]> {
  const folder = temporaryFolder()
  const files = lists.map((lines, index) => {
    const file = join(folder, `lines-${index}`)
    writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    return file
  })
  return (await runScript(script, files, { seconds: maxSeconds })) as Report[]
}

/** Returns the names of the lists in which a script finds nothing wrong, although each has something. */
export async function unnoticed(script: string, wrong: ReadonlyMap<string, readonly object[]>): Promise<string[]> {
  const reports = await askPythonOfEach(script, [...wrong.values()])
  return [...wrong.keys()].filter((_, index) => reports[index]?.wrong === 0)
}

/** The report of a script that finds nothing wrong. */
export function allRight(lines: readonly object[]): Report {
  return { checked: lines.length, wrong: 0, first: [] }
}
