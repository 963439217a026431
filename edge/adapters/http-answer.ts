/** An HTTP answer, read whole. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
  /** Whether the connection may be used again. */
  readonly keepAlive: boolean
}

/** Bytes that are no answer to one request of ours. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer'
}

/** DynamoDB's items are at most 400 KB, Secrets Manager's values 64 KB; a JSON escape can make six bytes of one. */
const maxBytes = 4_000_000

const endOfLine = '\r\n'
const endOfHead = '\r\n\r\n'
const statusLine = /^HTTP\/1\.1 ((?!204|304)[2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const headerLine = /^([!#$%&'*+\-.^_`|~\w]+): *([\t\x20-\x7e\x80-\xff]*?) *$/

/**
 * Reads the answer to the one POST that was sent on a connection, from all bytes that have come so far; undefined when
 * there are more to come (RFC 9112). Throws `MalformedAnswer` rather than guess: a wrong guess could take one answer for
 * another's. It is held against Node.js's own parser in test/edge/http-answer.test.ts.
 */
export function readAnswer(bytes: Buffer): HttpAnswer | undefined {
  if (bytes.length > maxBytes) throw malformed('it is too long')
  const headEnd = bytes.indexOf(endOfHead)
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split(endOfLine)
  const status = statusLine.exec(first)?.[1]
  if (status === undefined) throw malformed('its status line is none')
  const framing = readFraming(lines)
  const rest = bytes.subarray(headEnd + endOfHead.length)
  const read = framing.has('transfer-encoding') ? readChunked(rest, framing) : readSized(rest, framing)
  if (read === undefined) return undefined
  const connection = framing.get('connection') ?? 'keep-alive'
  // Bytes behind the answer belong to no request of ours: nothing on this connection can be told from another's any more.
  const keepAlive = connection.toLowerCase() === 'keep-alive' && read.end === rest.length
  return { status: Number(status), body: read.body.toString(), keepAlive }
}

type Framing = ReadonlyMap<string, string>
const framingNames = new Set(['content-length', 'transfer-encoding', 'connection'])

/** The headers that say where the body ends and whether another answer may follow. Each of them comes once at most. */
function readFraming(lines: readonly string[]): Framing {
  const framing = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? []
    if (name === '') throw malformed('a header line is none')
    const lower = name.toLowerCase()
    if (framing.has(lower)) throw malformed(`${lower} comes twice`)
    if (framingNames.has(lower)) framing.set(lower, value)
  }
  return framing
}

/** A body, and where in what came after the head it ends. */
interface Read {
  readonly body: Buffer
  readonly end: number
}

function readSized(rest: Buffer, framing: Framing): Read | undefined {
  const length = framing.get('content-length') ?? ''
  if (!/^\d{1,7}$/.test(length)) throw malformed('it has no length')
  const end = Number(length)
  return rest.length < end ? undefined : { body: rest.subarray(0, end), end }
}

/** AWS announces lengths, but a server of HTTP/1.1 may send chunks. No trailers: nobody asked for any. */
function readChunked(rest: Buffer, framing: Framing): Read | undefined {
  const isChunked = framing.get('transfer-encoding')?.toLowerCase() === 'chunked'
  if (!isChunked || framing.has('content-length')) throw malformed('it has two lengths or a strange one')
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf(endOfLine, at)
    if (lineEnd < 0) return undefined
    const size = readChunkSize(rest.toString('latin1', at, lineEnd))
    const start = lineEnd + endOfLine.length
    at = start + size + endOfLine.length
    if (rest.length < at) return undefined
    if (rest.toString('latin1', start + size, at) !== endOfLine) throw malformed('a chunk is longer than its size')
    if (size === 0) return { body: Buffer.concat(chunks), end: at }
    chunks.push(rest.subarray(start, start + size))
  }
}

function readChunkSize(line: string): number {
  if (!/^[\da-f]{1,6}$/i.test(line)) throw malformed('a chunk has no size')
  return Number.parseInt(line, 16)
}

function malformed(what: string): MalformedAnswer {
  return new MalformedAnswer(`an HTTP answer can't be read: ${what}`)
}
