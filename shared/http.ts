/** A problem document, RFC 9457. `reason` is for programs, `title` and `detail` are for people. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason: string
  /** Id of the request in our logs. */
  readonly requestId: string
}

/** The media type of a problem document. */
export const problemType = 'application/problem+json'

/** Returns a problem as it is sent. Its type URI is a name, not an address: docs/recipients.md lists the reasons. */
export function createProblem<E extends object>(
  problem: Problem,
  extensions: E,
): Problem & E & { readonly type: string } {
  return { type: `urn:once-at-edge:problem:${problem.reason}`, ...problem, ...extensions }
}

/** Returns a problem as it is sent, as JSON. */
export function problemText(problem: Problem, extensions: object = {}): string {
  return JSON.stringify(createProblem(problem, extensions))
}

/**
 * Headers of every response of edge, gate and api, and of error pages: not cached, not sniffed, not indexed, no referrer, TLS from now on.
 * Names are in lower case, as CloudFront requires of a function.
 */
export const securityHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const

/**
 * Headers of S3 that tell viewers more than they need, which CloudFront removes from files and errors: which version a file is,
 * how it is stored and encrypted, what else is to become of it. Ten are CloudFront's default quota of a policy (CloudFront,
 * "Quotas"). Instead of S3's `server`, CloudFront sends its own.
 */
export const removedContentHeaders = [
  'server',
  'x-amz-delete-marker',
  'x-amz-expiration',
  'x-amz-replication-status',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-tagging-count',
  'x-amz-version-id',
] as const

/** The header in which S3 says which version of an object it delivers. */
export const versionHeader = 'x-amz-version-id'

/**
 * Headers of every file that is delivered: `securityHeaders`, but `private` for caches that ignore `no-store`; browsers don't run
 * it, and pages of other sites don't load it. Written out, because CloudFront Functions read no spread.
 */
export const contentHeaders = {
  'cache-control': 'private, no-store',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const

/** Header in which a program sends what makes a repeated request the same one. */
export const idempotencyKeyHeader = 'idempotency-key'

/** Allowed values of an Idempotency-Key header, for error messages. */
export const idempotencyKeyRule = '1 to 255 printable ASCII characters'

/** Parses an Idempotency-Key header. Returns undefined if it breaks `idempotencyKeyRule`. */
export function parseIdempotencyKey(text: string): string | undefined {
  return /^[\x20-\x7e]{1,255}$/.test(text) ? text : undefined
}

/** Header with the token of an upload: not `Authorization`, which programs and proxies send by themselves. */
export const uploadTokenHeader = 'once-upload'

/** Path of the page on which people send the file that a link takes, on the host of the page for senders. */
export const uploadPath = '/upload.html'

/** Parses a Once-Client header, the secret of a client. Returns undefined for anything but 43 base64url characters. */
export function parseClientSecret(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{43}$/.test(text) ? text : undefined
}
