/** A complete HTTP response. */
export interface HttpResponse {
  readonly status: number
  readonly body: string
  /** Whether the connection may be used again. */
  readonly keepAlive: boolean
  /** The status line and the headers, which `headerFinder` reads, if the request was a HEAD. */
  readonly head?: string
}

/** The bytes are not a response to the one request that was sent. */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedResponse'
}

/** DynamoDB's items have at most 400 KB, its pages 1 MB, Secrets Manager's values 64 KB. JSON makes more bytes of them. */
const maxBytes = 4_000_000

const endOfLine = '\r\n'
const endOfHead = '\r\n\r\n'
/** A status line and header lines. Not 204 or 304, which have no body: no request leads to them. */
const headPattern =
  /^HTTP\/1\.1 (?!204|304)[2-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*)*$/
/** The headers that say where the body ends, and whether another response may follow. */
const framingPattern = /(?<=\n)(?:content-length|transfer-encoding|connection):[^\r]*/gi

/**
 * Parses the response to the one POST that was sent on a connection, from all bytes so far; returns undefined if more
 * must follow (RFC 9112). Throws `MalformedResponse` rather than guess: after a wrong guess, a request could get the
 * response to another. test/unit/aws/http-response.test.ts compares it with Node.js's own parser.
 */
export function parseResponse(bytes: Buffer): HttpResponse | undefined {
  if (bytes.length > maxBytes) throw malformed('it is too long')
  const head = readHead(bytes)
  if (head === undefined) return undefined
  const framing = readFraming(head)
  const start = head.length + endOfHead.length
  const parsed = framing.has('transfer-encoding')
    ? readChunked(bytes, start)
    : readSized(bytes, start, framing.get('content-length'))
  if (parsed === undefined) return undefined
  // Bytes after the response belong to no request, so nothing further on this connection can be trusted.
  const keepAlive = isKeptAlive(framing) && parsed.end === bytes.length
  return { status: statusIn(head), body: parsed.body, keepAlive }
}

/** Parses the response to the one HEAD that was sent on a connection, as `parseResponse` does. It has no body. */
export function parseHeadResponse(bytes: Buffer): HttpResponse | undefined {
  if (bytes.length > maxBytes) throw malformed('it is too long')
  const head = readHead(bytes)
  if (head === undefined) return undefined
  const framing = readFraming(head)
  if (!/^ *\d{1,15} *$/.test(framing.get('content-length') ?? '0')) throw malformed('its length is no number')
  const keepAlive = isKeptAlive(framing) && head.length + endOfHead.length === bytes.length
  return { status: statusIn(head), body: '', keepAlive, head }
}

/** Returns a function that finds the value of a header in a `head`; undefined if there is none. Of several, the first. */
export function headerFinder(name: string): (head: string) => string | undefined {
  const pattern = new RegExp(`\\n${name}:[\\t ]*([^\\r]*?)[\\t ]*(?:\\r|$)`, 'i')
  return head => pattern.exec(head)?.[1]
}

/** Returns the status line and headers; undefined if they are not complete yet. */
function readHead(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(endOfHead)
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  if (!headPattern.test(head)) throw malformed('its head is malformed')
  return head
}

function statusIn(head: string): number {
  return Number(head.slice(9, 12))
}

function isKeptAlive(framing: ReadonlyMap<string, string>): boolean {
  return /^ *keep-alive *$/i.test(framing.get('connection') ?? 'keep-alive')
}

/** Returns the framing headers. Throws if one is repeated or they contradict each other. */
function readFraming(head: string): ReadonlyMap<string, string> {
  const lines = head.match(framingPattern) ?? []
  const framing = new Map(lines.map(splitHeader))
  if (framing.size < lines.length) throw malformed('a framing header is repeated')
  const coding = framing.get('transfer-encoding') ?? 'chunked'
  if (!/^ *chunked *$/i.test(coding)) throw malformed('its coding is unknown')
  if (framing.has('transfer-encoding') && framing.has('content-length')) throw malformed('it has two lengths')
  return framing
}

function splitHeader(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1)]
}

/** A body, and the index at which it ends. */
interface ParsedBody {
  readonly body: string
  readonly end: number
}

function readSized(bytes: Buffer, start: number, length = ''): ParsedBody | undefined {
  if (!/^ *\d{1,7} *$/.test(length)) throw malformed('it has no length')
  const end = start + Number(length)
  return bytes.length < end ? undefined : { body: bytes.toString('utf8', start, end), end }
}

/** AWS sends lengths, but an HTTP/1.1 server may send chunks. Throws on trailers: no request allows them. */
function readChunked(bytes: Buffer, start: number): ParsedBody | undefined {
  const chunks: Buffer[] = []
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf(endOfLine, at)
    if (lineEnd < 0) return undefined
    const from = lineEnd + endOfLine.length
    const to = from + readChunkSize(bytes.toString('latin1', at, lineEnd))
    at = to + endOfLine.length
    if (bytes.length < at) return undefined
    if (bytes.toString('latin1', to, at) !== endOfLine) throw malformed('a chunk is longer than its size')
    if (from === to) return { body: Buffer.concat(chunks).toString(), end: at }
    chunks.push(bytes.subarray(from, to))
  }
}

function readChunkSize(line: string): number {
  if (!/^[\da-f]{1,6}$/i.test(line)) throw malformed('a chunk has no size')
  return Number.parseInt(line, 16)
}

function malformed(detail: string): MalformedResponse {
  return new MalformedResponse(`malformed HTTP response: ${detail}`)
}
