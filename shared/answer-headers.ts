/**
 * On every answer of edge and api, whatever it is: not kept, not sniffed, not indexed, no referrer, TLS from now on.
 * Lower-case names, as CloudFront wants them from a function.
 */
export const answerHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const
