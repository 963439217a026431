/**
 * Characters that a terminal interprets instead of showing: control characters (ECMA-48), of which `escapeControls` keeps
 * line feed and tab, and those that reverse the order of letters (Unicode, UAX #9).
 */
const controls = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The same, and everything that begins another line or column. */
const controlsAndBreaks = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Escapes controls in text whose lines are ours. The escapes are those of JSON, so JSON keeps its value. */
export function escapeControls(text: string): string {
  return text.replace(controls, mark => (mark === '\n' || mark === '\t' ? mark : escaped(mark)))
}

/** Escapes controls and line breaks in text from outside, so that it can't look like a line of ours. */
export function singleLine(text: string): string {
  return text.replace(controlsAndBreaks, escaped)
}

/** Replaces controls and line breaks by `_` in a file name from outside, so that it is safe wherever it is shown. */
export function withoutInvisible(name: string): string {
  return name.replace(controlsAndBreaks, '_')
}

function escaped(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Returns text from outside as one word of a POSIX shell, for commands that people copy. */
export function shellWord(text: string): string {
  const line = singleLine(text)
  return /^[\w%+,./:@~-]+$/.test(line) ? line : `'${line.replaceAll("'", "'\\''")}'`
}

/** Cuts text from outside, which may be longer than any screen. */
export function shortened(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`
}

/**
 * Patterns of other secrets that must not appear on a screen or in a log, each with its replacement. A server may send any
 * text, so each takes time in proportion to it: a failed match must not begin again at every character.
 */
const secrets: readonly (readonly [RegExp, string])[] = [
  // A link, also if it is cut, pasted wrong or percent-encoded.
  [/(\/d\/|%2Fd%2F)[^\s"'`/?#<>&]+/gi, '$1…'],
  // A nonce alone, or with more after it: 43 characters, the first of which holds the version, 1 (shared/nonce.ts).
  [/(?:(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2}))[E-H][A-Za-z0-9_-]{42,}/g, '…'],
  // Signatures of signed URLs, presigned URLs, requests and cookies: in a query or JSON, and, with the next, as a header.
  [
    /(?:\b|(?<=%[0-9A-F]{2}))((?:CloudFront-|X-Amz-)?(?:Policy|Signature|Key-Pair-Id|Credential|Security-Token)(?:=|%3D|"\s*:\s*"))[^\s&,;"'`<>]+/gi,
    '$1…',
  ],
  [/\b((?:CloudFront-|X-Amz-)(?:Policy|Signature|Key-Pair-Id|Credential|Security-Token):\s*)[^\s,;"'`<>]+/gi, '$1…'],
  // Secrets of clients, in a header, a cookie or JSON (shared/cloudfront/binding.ts).
  [/\b(Once-Client"?\s*:\s*"?|__(?:Secure|Host)-once[\w-]{0,23}(?:=|"\s*:\s*"))[^\s,;"'`<>]+/gi, '$1…'],
]

/** Removes nonces, signatures and passwords: an error may repeat a command line or a response. */
export function redact(line: string): string {
  // Without the optional @, a long text without one would be searched again from each of its characters.
  const withoutUsers = line.replace(/[^\s@"'`<>]+@?/g, text => (text.endsWith('@') ? withoutUser(text) : text))
  return secrets.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), withoutUsers)
}

/** Removes user and password of a URL from the text before and with its `@`. An unencoded slash in a password ends no URL. */
function withoutUser(text: string): string {
  for (const { 0: start, 1: user = '', index } of text.matchAll(/:\/\/([^/?#@]*)/g)) {
    const end = index + start.length
    const isHost = end < text.length - 1 && (!user.includes(':') || /^[^:]*:\d{1,5}$/.test(user))
    if (!isHost && end > index + 3) return `${text.slice(0, index)}://…@`
  }
  return text
}

/** Formats rows as lines: each column except the last is as wide as its widest cell. Escapes controls in cells. */
export function table(raw: readonly (readonly string[])[]): string {
  const rows = raw.map(row => row.map(singleLine))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n')
}
