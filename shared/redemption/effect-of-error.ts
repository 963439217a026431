/**
 * What a failed DynamoDB write has done: `none` (try again), `none-and-hopeless` (it would fail the same way again), or
 * `unknown` (it may have happened).
 */
export type Effect = 'none' | 'none-not-retryable' | 'unknown'

/** DynamoDB turned the request down before doing anything, for now (AWS, "Error handling with DynamoDB"). */
const turnedDown = new Set([
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
])

/** The request can't have left this machine (Node.js, "Common system errors"). */
const neverSent = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'])

/** Nothing of a request has left this machine; its cause says why. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  constructor(cause: unknown) {
    super('the request was not sent', { cause })
  }
}

interface SdkFields {
  readonly code?: unknown
  /** Of exceptions that the service raised. */
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/**
 * Reads the effect from what the SDK threw, or the edge's own client: names and codes are enough. What isn't surely
 * without effect is `unknown`.
 */
export function effectOf(error: unknown): Effect {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof NotSent) return 'none'
  const { name, code, $fault, $metadata } = error as Error & SdkFields
  if (turnedDown.has(name) || neverSent.has(String(code))) return 'none'
  const status = $metadata?.httpStatusCode
  // Without $fault the SDK could not read the answer, so its status is all we have: it may be a throttle or a failed condition.
  const isUnderstood = $fault !== undefined && status !== undefined
  return isUnderstood && status >= 400 && status < 500 ? 'none-not-retryable' : 'unknown'
}
