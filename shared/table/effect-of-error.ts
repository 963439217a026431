/**
 * Effect of a failed DynamoDB write: `none` (a retry may succeed), `none-not-retryable` (a retry would fail the same
 * way), or `unknown` (the write may have happened).
 */
export type Effect = 'none' | 'none-not-retryable' | 'unknown'

/** Errors with which AWS rejects a request because there are too many (AWS, "Error handling with DynamoDB"). */
const throttled = new Set(['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'])

/** Errors with which DynamoDB rejects a request before it does anything, for now. */
const temporarilyRejected = new Set([...throttled, 'ReplicatedWriteConflictException', 'TransactionConflictException'])

/** Returns whether DynamoDB throttled the request. It had no effect then. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Error && throttled.has(error.name)
}

/** Codes of errors before a request leaves this machine (Node.js, "Common system errors"). */
const neverSent = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'])

/** Error of a request of which nothing has left this machine. Its cause says why. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  constructor(cause: unknown) {
    super('the request was not sent', { cause })
  }
}

interface SdkFields {
  readonly code?: unknown
  /** Present on exceptions that the service raised. */
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/**
 * Returns the effect of a write from the error of the SDK or of our own client; names and codes are enough. If it
 * isn't certain that the write had no effect, returns `unknown`.
 */
export function effectOf(error: unknown): Effect {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof NotSent) return 'none'
  const { name, code, $fault, $metadata } = error as Error & SdkFields
  if (temporarilyRejected.has(name) || neverSent.has(String(code))) return 'none'
  const status = $metadata?.httpStatusCode
  // Without $fault the SDK could not read the response. Its status alone may mean a throttle or a failed condition.
  const isUnderstood = $fault !== undefined && status !== undefined
  return isUnderstood && status >= 400 && status < 500 ? 'none-not-retryable' : 'unknown'
}
