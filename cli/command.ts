import type { ParseArgsOptionsConfig } from 'node:util'
import type { Ports } from './ports/ports.ts'

/** What commands end with: see `exitCodes`. Of several links, the highest. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

/** What `--help` says of them; the same for all commands. */
export const exitCodes = `Exit code 0: done, or fine; 1: problems were found, or something is left; 2: the command line is wrong, or who must be asked
can't be; 3: refused: an api or an edge said no; 4: a link is used and its file is not there; 128 and more: a signal ended it.`

/** One word behind `once`. Its file makes one of these, and `commands.ts` lists it. */
export interface Command {
  readonly name: string
  /** What it does, in one line. */
  readonly summary: string
  /** What `once NAME --help` prints, with examples and exit codes. */
  readonly usage: string
  /** The options that it takes. */
  readonly options: ParseArgsOptionsConfig
  /** Rejects with a `UsageError` when `args` can't be understood, and with the error of whoever can't be asked. */
  run(args: readonly string[], ports: Ports): Promise<ExitCode>
}

/** A command line that can't be understood; the message names what was given and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Somebody who must be asked can't be; the message says who and why, and is told as it is. */
export class UnreachableError extends Error {
  override readonly name = 'CannotAsk'
}
