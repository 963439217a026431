/** Throws when we were wrong. Not `node:assert`: loading that takes longer than loading all of the edge's own code. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}
