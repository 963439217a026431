/** What must not be on a screen or in a log that others read, each with what stands in its place. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // User and password of a URL. What holds a slash, unencoded, is no URL, and a password none the less.
  [/(:\/\/)(?:[^\s/?#@"'`<>]*:(?!\d{1,5}[/?#])[^\s@"'`<>]*|[^\s/?#@"'`<>]+)@/g, '$1…@'],
  // A link, also one that was cut, pasted wrong or percent-encoded.
  [/(\/d\/|%2Fd%2F)[^\s"'`/?#<>&]+/gi, '$1…'],
  // A nonce alone, or with more at its end: 43 characters, the first of which holds the version, 1 (shared/nonce.ts).
  [/(?:(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2}))[E-H][A-Za-z0-9_-]{42,}/g, '…'],
  // What makes a signed URL, a presigned one, a signed request or a cookie work: in a query or in JSON, and as a header.
  [
    /(?:\b|(?<=%[0-9A-F]{2}))((?:CloudFront-|X-Amz-)?(?:Policy|Signature|Key-Pair-Id|Credential|Security-Token)(?:=|%3D|"\s*:\s*"))[^\s&,;"'`<>]+/gi,
    '$1…',
  ],
  [/\b((?:CloudFront-|X-Amz-)(?:Policy|Signature|Key-Pair-Id|Credential|Security-Token):\s*)[^\s,;"'`<>]+/gi, '$1…'],
]

/** A line without nonces, signatures and passwords: what errors say may repeat a command line, or what somebody answered. */
export function withoutSecrets(line: string): string {
  return secrets.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line)
}
