/** An HTTP answer, read whole. */
export interface HttpResponse {
  readonly status: number
  readonly body: string
  /** Whether the connection may be used again. */
  readonly keepAlive: boolean
}

/** Bytes that are no answer to one request of ours. */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedAnswer'
}

/** DynamoDB's items are at most 400 KB, Secrets Manager's values 64 KB; a JSON escape can make six bytes of one. */
const maxBytes = 4_000_000

const endOfLine = '\r\n'
const endOfHead = '\r\n\r\n'
/** A status line and header lines; 204 and 304 have no body, and nobody asked for such. */
const headPattern =
  /^HTTP\/1\.1 (?!204|304)[2-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*)*$/
/** The headers that say where the body ends, and whether another answer may follow. */
const framingPattern = /(?<=\n)(?:content-length|transfer-encoding|connection):[^\r]*/gi

/**
 * Reads the answer to the one POST that was sent on a connection, from all bytes that have come so far; undefined when
 * there are more to come (RFC 9112). Throws `MalformedAnswer` rather than guess: a wrong guess could take one answer for
 * another's. It is held against Node.js's own parser in test/unit/edge/http-response.test.ts.
 */
export function parseResponse(bytes: Buffer): HttpResponse | undefined {
  if (bytes.length > maxBytes) throw malformed('it is too long')
  const headEnd = bytes.indexOf(endOfHead)
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  if (!headPattern.test(head)) throw malformed('its head is none')
  const framing = readFraming(head)
  const start = headEnd + endOfHead.length
  const read = framing.has('transfer-encoding')
    ? readChunked(bytes, start)
    : readSized(bytes, start, framing.get('content-length'))
  if (read === undefined) return undefined
  // Bytes behind the answer belong to no request of ours: nothing on this connection can be told from another's any more.
  const keepAlive = /^ *keep-alive *$/i.test(framing.get('connection') ?? 'keep-alive') && read.end === bytes.length
  return { status: Number(head.slice(9, 12)), body: read.body, keepAlive }
}

/** Each of them comes once at most. */
function readFraming(head: string): ReadonlyMap<string, string> {
  const lines = head.match(framingPattern) ?? []
  const framing = new Map(lines.map(splitHeader))
  if (framing.size < lines.length) throw malformed('a framing header comes twice')
  const coding = framing.get('transfer-encoding') ?? 'chunked'
  if (!/^ *chunked *$/i.test(coding)) throw malformed('its coding is strange')
  if (framing.has('transfer-encoding') && framing.has('content-length')) throw malformed('it has two lengths')
  return framing
}

function splitHeader(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1)]
}

/** A body, and where it ends. */
interface Read {
  readonly body: string
  readonly end: number
}

function readSized(bytes: Buffer, start: number, length = ''): Read | undefined {
  if (!/^ *\d{1,7} *$/.test(length)) throw malformed('it has no length')
  const end = start + Number(length)
  return bytes.length < end ? undefined : { body: bytes.toString('utf8', start, end), end }
}

/** AWS announces lengths, but a server of HTTP/1.1 may send chunks. No trailers: nobody asked for any. */
function readChunked(bytes: Buffer, start: number): Read | undefined {
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

function malformed(what: string): MalformedResponse {
  return new MalformedResponse(`an HTTP answer can't be read: ${what}`)
}
