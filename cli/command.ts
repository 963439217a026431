import type { ParseArgsOptionsConfig } from 'node:util'
import type { ClonePorts, DeploymentPorts } from './ports/ports.ts'

/** Exit code of a command: see `exitCodes`. For several links, the highest. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

/** Explains exit codes in `--help`; the same for all commands. */
export const exitCodes = `Exit codes: 0 success; 1 problems found, or something left; 2 wrong command line, or service unreachable; 3 refused by an
API or edge, also because the link was used before; 4 once redeem used the link, and could not save its file;
128 and more: ended by a signal.`

/** A command of `once`, and the ports that it needs. */
export interface Command<P = ClonePorts> {
  readonly name: string
  /** What it does, in one line. */
  readonly summary: string
  /** What `once NAME --help` prints, with examples and exit codes. */
  readonly usage: string
  /** The options that it accepts. */
  readonly options: ParseArgsOptionsConfig
  /** Rejects with a `UsageError` if `args` are invalid, and with the error of a service that fails or refuses. */
  run(args: readonly string[], ports: P): Promise<ExitCode>
}

/** Returns the `run` of a command on deployments, which may call all of AWS. */
export function withAllOfAws(
  run: (args: readonly string[], ports: DeploymentPorts) => Promise<ExitCode>,
): Command['run'] {
  return async (args, ports) => run(args, { ...ports, aws: await ports.aws.all() })
}

/** The command line is invalid. The message says what it got and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A service can't be reached. The message says which and why, and is shown as it is. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}
