/** What must not be on a screen or in a log that others read, each with what stands in its place. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // A link, also one that was cut or pasted wrong.
  [/\/d\/[^\s"'`/?#<>]+/g, '/d/…'],
  // A nonce alone: 43 characters, the first of which holds the version, 1 (shared/nonce.ts).
  [/(?<![A-Za-z0-9_-])[E-H][A-Za-z0-9_-]{42}(?![A-Za-z0-9_-])/g, '…'],
  // What makes a signed URL, a presigned one or a cookie work.
  [/\b((?:CloudFront-|X-Amz-)?(?:Policy|Signature|Key-Pair-Id|Credential|Security-Token))=[^\s&;"'`<>]+/gi, '$1=…'],
]

/** A line without nonces and signatures: what errors say may repeat a command line, or an address that was asked. */
export function withoutSecrets(line: string): string {
  return secrets.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line)
}
