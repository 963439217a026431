import type { IssueOptions } from './calls.ts'
import { ProblemError, uncheckedReason } from './problem.ts'
import type { Transport } from './requests.ts'

/** How long a call waits for the check of an object, in milliseconds: half an hour. AWS promises no time for a scan. */
const defaultCheckMs = 1_800_000

/** Longest wait between two requests, in milliseconds. Before, each is a fifth of all waits so far, and no less than what the API asks for. */
const maxWaitMs = 60_000

/**
 * Calls `attempt`, and again as long as its result says after how many seconds an object may have been checked. Returns the last result,
 * which says so still if `checkMs` are over.
 */
export async function whenChecked<T>(
  attempt: () => Promise<T>,
  secondsIn: (result: T) => number | undefined,
  { signal, checkMs = defaultCheckMs, onCheck, wait }: Omit<IssueOptions, 'idempotencyKey'> & Pick<Transport, 'wait'>,
): Promise<T> {
  for (let waitedMs = 0; ;) {
    const result = await attempt()
    const seconds = secondsIn(result)
    if (seconds === undefined || waitedMs >= checkMs) return result
    onCheck?.({ waitedMs })
    const ms = Math.min(maxWaitMs, Math.max(seconds * 1000, waitedMs / 5))
    await wait(ms, signal)
    waitedMs += ms
  }
}

/** Calls `attempt` in this way, which rejects while the object is being checked. */
export async function resolveWhenChecked<T>(
  attempt: () => Promise<T>,
  options: Parameters<typeof whenChecked>[2],
): Promise<T> {
  const caught = async () =>
    attempt().catch((error: unknown) => {
      if (error instanceof ProblemError && error.reason === uncheckedReason) return error
      throw error
    })
  const result = await whenChecked(
    caught,
    each => (each instanceof ProblemError ? each.retryAfterSeconds : undefined),
    options,
  )
  if (result instanceof ProblemError) throw result
  return result
}
