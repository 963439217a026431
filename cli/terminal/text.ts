/**
 * What a terminal would obey and not show: controls but for line feed and tab (ECMA-48), and what turns the order of
 * letters around (Unicode, UAX #9).
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The same, and all that begins another line or column. */
const obeyedOrBreaking = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Text whose lines are ours, safe for a terminal: what it would obey is spelled as in JSON, which so stays the same JSON. */
export function escapeControls(text: string): string {
  return text.replace(obeyed, mark => (mark === '\n' || mark === '\t' ? mark : escaped(mark)))
}

/** Text of somebody else, safe for a terminal and in one line: it can't look like a line of ours. */
export function singleLine(text: string): string {
  return text.replace(obeyedOrBreaking, escaped)
}

/** Text of somebody else as part of the name of a file: nothing in it is obeyed where the name is shown. */
export function withoutInvisible(name: string): string {
  return name.replace(obeyedOrBreaking, '_')
}

function escaped(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
}

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
export function redact(line: string): string {
  return secrets.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line)
}

/** Rows as text, one a line: each column but the last as wide as its widest cell. Cells are shown and not obeyed. */
export function table(raw: readonly (readonly string[])[]): string {
  const rows = raw.map(row => row.map(singleLine))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n')
}

const megabyte = 1_000_000
const width = 20

/** `report.pdf  [########------------]  40 %  12.3 of 30.8 MB`; without a bar where the total is not known. */
export function progress(name: string, done: number, total: number | undefined): string {
  const inMegabytes = (bytes: number) => (bytes / megabyte).toFixed(1)
  if (total === undefined) return `${name}  ${inMegabytes(done)} MB`
  const share = total === 0 ? 1 : Math.min(done / total, 1)
  const filled = Math.round(share * width)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`
  return `${name}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${inMegabytes(done)} of ${inMegabytes(total)} MB`
}
