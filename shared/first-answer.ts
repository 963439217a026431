/**
 * What the first of `all` that can be asked says, one after the other. For what may be asked twice. When none can,
 * rejects with an error that says `complaint` and has the last one's as its cause.
 */
export async function firstAnswer<A, T>(all: readonly A[], ask: (one: A) => Promise<T>, complaint: string): Promise<T> {
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
