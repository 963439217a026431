import type { CloudFrontHeaders, CloudFrontResultResponse } from 'aws-lambda'
import { corsHeaders } from '../../shared/cloudfront/page-origins.ts'
import { idempotencyKeyHeader } from '../../shared/http.ts'
import { passphraseHeader } from '../../shared/secrets/passphrase.ts'

// It is loaded with the first request of a page that may open links: no other request needs it.

/** Headers that a page may send, which a preflight asks for, and that it may read. */
const pageHeaders = {
  'access-control-allow-headers': `${idempotencyKeyHeader}, ${passphraseHeader}`,
  'access-control-expose-headers': 'retry-after',
}

/** Returns a response that pages of `origin` may read, and answers their preflights. */
export function withCors(response: CloudFrontResultResponse, origin: string): CloudFrontResultResponse {
  const added = Object.entries({ ...corsHeaders(origin), ...pageHeaders })
  const headers: CloudFrontHeaders = Object.fromEntries(added.map(([key, value]) => [key, [{ key, value }]]))
  return { ...response, headers: { ...response.headers, ...headers } }
}
