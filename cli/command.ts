import type { World } from './ports.ts'

/** What a command ends with: 0 is fine, 1 found problems, 2 is a wrong command line, or AWS can't be asked. */
export type ExitCode = 0 | 1 | 2

/** One word behind `once`. Its file makes one of these, and `commands.ts` lists it. */
export interface Command {
  readonly name: string
  /** What it does, in one line. */
  readonly summary: string
  /** What `once NAME --help` prints, with examples and exit codes. */
  readonly usage: string
  /** Rejects with a `UsageError` when `args` can't be understood, and with AWS's error when that can't be asked. */
  run(args: readonly string[], world: World): Promise<ExitCode>
}

/** A command line that can't be understood; the message names what was given and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
