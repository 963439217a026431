/** The name of the error at the root of a chain of causes: fit for a log, where a message might hold a secret. */
export function rootNameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? rootNameOf(error.cause) : error.name
}
