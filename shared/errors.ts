/**
 * Throws an error with `message` if `condition` is falsy, for mistakes of our own. Not `node:assert`, which takes
 * longer to load than all of the edge's own code.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Returns the name of the error at the root of a chain of causes. A log may hold it; a message might hold a secret. */
export function rootErrorName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? rootErrorName(error.cause) : error.name
}

/**
 * Calls `attempt` with one candidate after the other and returns the first result. For calls that may be repeated. If
 * all reject, rejects with an error that says `message` and has the last candidate's error as its cause.
 */
export async function firstSuccess<A, T>(
  candidates: readonly A[],
  attempt: (candidate: A) => Promise<T>,
  message: string,
): Promise<T> {
  let cause: unknown
  for (const candidate of candidates) {
    try {
      return await attempt(candidate)
    } catch (error) {
      cause = error
    }
  }
  throw new Error(message, { cause })
}
