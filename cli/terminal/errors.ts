/** Why something failed, in the words of whoever knows best: `fetch failed` says nothing, what caused it does. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Each address of a host was tried.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  if (error.cause instanceof Error) return reasonOf(error.cause)
  return error.message === '' ? error.name : error.message
}
