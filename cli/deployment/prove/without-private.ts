import { redact } from '../../terminal/text.ts'

/** What must not be in a report that others read, beside secrets, each with its replacement. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws[\w-]*:[^\s"'`,;|)]+/g, 'ARN'],
  [/\b\d{12}\b/g, 'ACCOUNT'],
  [/\b[a-z0-9]{8,}\.(?:cloudfront\.net|execute-api\.[\w.-]+)\b/g, 'HOST'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, 'ADDRESS'],
  // At least two colons: times have them too, but only digits between.
  [/(?<![\w:])(?=[0-9a-f:]*[0-9a-f])(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4}(?![\w:])/gi, 'ADDRESS'],
  [/(?<![\w:])[0-9a-f]{1,4}::[0-9a-f]{0,4}(?![\w:])/gi, 'ADDRESS'],
  // Of distributions, functions and public keys; and of requests to S3.
  [/\b[EK][A-Z0-9]{11,13}\b/g, 'ID'],
  [/\b(?:Extended )?Request ID: [\w+/=]+/g, 'Request ID'],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, 'KEY'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'ID'],
  [/[^\s@|<>]+@[^\s@|<>]+\.[^\s@|<>]+/g, 'MAIL'],
  // The name of who runs it.
  [/(?:\/(?:home|Users)\/|\\Users\\)[^\s/\\'"]+/g, 'HOME'],
]

/**
 * Returns text without secrets, account numbers, ARNs, addresses, ids, and any of `words`, such as the host of links: a report is
 * pasted where everyone reads it, and errors of AWS repeat such things.
 */
export function withoutPrivate(text: string, words: readonly string[]): string {
  const named = words.filter(word => word !== '').reduce((rest, word) => rest.replaceAll(word, 'PRIVATE'), text)
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), redact(named))
}
