import type { EpochMs } from '../../shared/time.ts'

/** This machine. */
export interface Machine {
  /** This user and this machine, such as `ann@laptop`. */
  readonly host: string
  /** The folder of this clone of the repository. */
  readonly clone: string
  /** The version of Node.js, such as `v24.21.0`. */
  readonly node: string
}

/** The domain name system. */
export interface Dns {
  /** Returns the kinds of addresses of a host, none if it has no record. Rejects if DNS doesn't respond. */
  addresses(host: string): Promise<Addresses>
}

/** Whether a host has addresses of each kind: records A and AAAA, of its own or by an alias. */
export interface Addresses {
  readonly ipv4: boolean
  readonly ipv6: boolean
}

/** Interrupts from the user, such as Ctrl-C. */
export interface Signals {
  /** From now on the first interrupt only aborts the returned signal; the second ends the process. */
  abortOnInterrupt(): AbortSignal
}

/** Processes of this machine. */
export interface Processes {
  /** The id of this one. */
  readonly pid: number
  /** Returns whether a process of this user that had the id at `since` may still run. Ids are used again after a restart. */
  isRunning(pid: number, since: EpochMs): boolean
}

/** How to run a program. */
interface ProgramOptions {
  /** What it reads from standard input, such as a secret: all users of the machine see arguments. */
  readonly input: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Programs of this machine. */
export interface Programs {
  /**
   * Runs a program to its end, at most a minute; resolves to its exit code and the first 16 KiB of its standard output. Undefined if it
   * is not installed.
   */
  run(
    name: string,
    args: readonly string[],
    options: ProgramOptions,
  ): Promise<{ readonly code: number; readonly output: string } | undefined>
}
