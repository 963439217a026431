import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EpochMs } from '../../../shared/time.ts'

/** The clock of all functions of a deployment on MiniStack, and of the front: so a test needs not wait for hours or days. */
export interface FunctionClock {
  /** For the process of MiniStack, whose functions inherit them. */
  readonly variables: Readonly<Record<string, string>>
  now(): EpochMs
  /** Sets the clock forward. A function sees it within 20 ms. MiniStack's own clock stays. */
  advance(ms: number): void
}

/** Makes a clock that shows the real time until it is advanced, with a file in a folder of MiniStack's. */
export function functionClock(folder: string): FunctionClock {
  const file = join(folder, 'ahead')
  let ahead = 0
  const write = () => writeFileSync(file, String(ahead))
  write()
  const module = pathToFileURL(join(import.meta.dirname, 'function-process.ts')).href
  return {
    variables: { FUNCTION_CLOCK: file, NODE_OPTIONS: `--import=${module}` },
    now: () => (Date.now() + ahead) as EpochMs,
    advance(ms) {
      ahead += ms
      write()
    },
  }
}
