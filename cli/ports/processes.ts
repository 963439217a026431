import type { EpochMs } from '../../shared/time.ts'

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
