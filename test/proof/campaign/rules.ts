import { occupiedSeconds, type Parameters } from './parameters.ts'

/** Invocations that arrive in one Region in a second, and what it has for them. */
export interface Admission {
  readonly offered: number
  /** Environments that are free: they neither start nor repeat a throttled write. */
  readonly free: number
  /** Environments that are started in this second. */
  readonly fresh: number
}

/** The rules of the model. Each can be replaced, to show that a test notices its absence. */
export interface Rules {
  /** Returns how many of the invocations Lambda accepts. */
  admit(admission: Admission, parameters: Parameters): number
  /** Returns how many of the people who wait come back in this second. */
  comeBack(waiting: number, parameters: Parameters): number
  /** Returns how many of the throttled writes the functions repeat, with so many retries left. */
  repeat(throttled: number, retries: number): number
  /** Returns how many of the writes the table accepts. */
  write(offered: number, writesPerSecond: number): number
}

/** The rules as AWS documents them, and people as we assume them. */
export const documentedRules: Rules = {
  admit: ({ offered, free, fresh }, parameters) =>
    Math.min(
      offered,
      free / occupiedSeconds(parameters) + fresh * servedByFresh(parameters),
      parameters.limits.edgeRequests,
    ),
  comeBack: (waiting, { retry }) => waiting * (1 - Math.exp(-1 / retry.meanSeconds)),
  repeat: (throttled, retries) => Math.min(throttled, retries),
  write: (offered, writesPerSecond) => Math.min(offered, writesPerSecond),
}

/**
 * Returns how many requests a new environment serves in the second of its start: the one for which it is started, which
 * waits for it and is not throttled, and more if it starts faster than that.
 */
export function servedByFresh(parameters: Parameters): number {
  return Math.max(1, (1 - parameters.coldSeconds) / occupiedSeconds(parameters))
}
