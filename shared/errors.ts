/** Throws when we were wrong. Not `node:assert`: loading that takes longer than loading all of the edge's own code. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** The name of the error at the root of a chain of causes: fit for a log, where a message might hold a secret. */
export function rootErrorName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? rootErrorName(error.cause) : error.name
}

/**
 * What the first of `all` that can be asked says, one after the other. For what may be asked twice. When none can,
 * rejects with an error that says `complaint` and has the last one's as its cause.
 */
export async function firstSuccess<A, T>(
  all: readonly A[],
  ask: (one: A) => Promise<T>,
  complaint: string,
): Promise<T> {
  let cause: unknown
  for (const one of all) {
    try {
      return await ask(one)
    } catch (error) {
      cause = error
    }
  }
  throw new Error(complaint, { cause })
}
