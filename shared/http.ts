/** A problem document, RFC 9457. `reason` is for programs, `title` and `detail` are for people. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason: string
  /** The request as our logs know it. */
  readonly requestId: string
}

/** The media type of a problem document. */
export const problemType = 'application/problem+json'

/** A problem as it is sent. Its type URI is a name, not an address: ARCHITECTURE.md lists the reasons. */
export function createProblem<E extends object>(
  problem: Problem,
  extensions: E,
): Problem & E & { readonly type: string } {
  return { type: `urn:once-at-edge:problem:${problem.reason}`, ...problem, ...extensions }
}

/** The same as JSON. */
export function problemText(problem: Problem, extensions: object = {}): string {
  return JSON.stringify(createProblem(problem, extensions))
}

/**
 * On every answer of edge and api, whatever it is: not kept, not sniffed, not indexed, no referrer, TLS from now on.
 * Lower-case names, as CloudFront wants them from a function.
 */
export const securityHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const

/** What an Idempotency-Key header may hold, for error messages. */
export const idempotencyKeyRule = '1 to 255 printable ASCII characters'

/** Reads an Idempotency-Key header, or undefined when it breaks `idempotencyKeyRule`. */
export function parseIdempotencyKey(text: string): string | undefined {
  return /^[\x20-\x7e]{1,255}$/.test(text) ? text : undefined
}
