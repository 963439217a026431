import { clientHeader } from '../cloudfront/binding.ts'
import { idempotencyKeyHeader, uploadTokenHeader } from '../http.ts'
import { passphraseHeader } from './passphrase.ts'

/**
 * Headers of requests that are secrets or repeat a link: no log may have them. `authorization` has tokens of senders, whose page may be
 * behind the same web ACL. Apart from the names, because an edge loads only those that it needs.
 */
export const secretHeaders = [
  clientHeader,
  passphraseHeader,
  idempotencyKeyHeader,
  uploadTokenHeader,
  'authorization',
  'cookie',
  'referer',
] as const

/** What a log of AWS WAF, which has all headers, must redact: fields, by the names of CloudFormation, and headers. */
export const redactedFields = ['uriPath', 'queryString', ...secretHeaders] as const
