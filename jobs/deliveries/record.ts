import type { DeliveryFacts, DeliveryId, DeliveryRecord } from '../../shared/delivery/facts.ts'
import type { ByteRange, ByteRanges } from '../../shared/delivery/ranges.ts'
import { parseJson } from '../../shared/fields.ts'
import { parseLinkId } from '../../shared/link.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/** What a line of the log says: something of a link's file, nothing of one, or it is no record. */
export type LineResult = DeliveryFacts | 'nothing' | 'unreadable'

/** Reads a line of an access log in JSON. Never throws. */
export function readLine(line: string): LineResult {
  const record = parse(line)
  if (record === undefined) return 'unreadable'
  const [id, size] = linkOf(record('viewer-request-log-data'))
  const status = number(record('sc-status'))
  const isOfFile = record('cs-method') === 'GET' && (status === 200 || status === 206)
  if (id === undefined || !isOfFile) return 'nothing'
  const at = timeOf(record)
  return at === undefined ? 'unreadable' : factsOf(record, { id, size, status, at })
}

/** CloudFront's results for a response that it has sent to the end; all others, as `Error`, have broken off or were refused. */
const sentResults: ReadonlySet<string> = new Set(['Hit', 'RefreshHit', 'Miss', 'OriginShieldHit'])

/** Most bytes that the head of a response has, and the part of a response that HTTP/2 may add for its frames. */
const maxHeadBytes = 8192
const framing = 1 / 1000

interface Known {
  readonly id: DeliveryId
  /** Size of the file, if the URL names it. */
  readonly size: number | undefined
  readonly status: 200 | 206
  readonly at: EpochSeconds
}

/**
 * Returns the facts of one response. All of it was written only if CloudFront says that it sent it to the end, and as many bytes as
 * its body has; `sc-bytes` counts the head, too (CloudFront, "Standard logging reference"). Of a response that broke off, it is
 * certain what is left after the longest head.
 */
function factsOf(record: Fields, { id, size, status, at }: Known): DeliveryFacts {
  const part = status === 206 ? partOf(record) : ([0, number(record('sc-content-len')) ?? size] as const)
  const times = { firstAt: at, lastAt: at }
  if (part?.[1] === undefined) return { id, written: [], perhaps: [], ...(size !== undefined && { size }), ...times }
  const [start, end] = part
  const sent = number(record('sc-bytes')) ?? 0
  const isWhole = sentResults.has(record('x-edge-result-type')) && sent >= end - start
  const known = size ?? (status === 200 ? end : undefined)
  const hasAll = isWhole && status === 200 && end === known
  return {
    id,
    ...(isWhole ? { written: ranges(start, end), perhaps: [] } : brokenOff([start, end], sent)),
    ...(known !== undefined && { size: known }),
    ...(hasAll && { whole: end }),
    ...times,
  }
}

/** The last byte of a broken response is never certain. */
function brokenOff([start, end]: ByteRange, sent: number): Pick<DeliveryFacts, 'written' | 'perhaps'> {
  const certain = Math.floor(sent * (1 - framing)) - maxHeadBytes
  return {
    written: ranges(start, Math.min(end - 1, start + certain)),
    perhaps: ranges(start, Math.min(end, start + sent)),
  }
}

const ranges = (start: number, end: number): ByteRanges => (end > start ? [[start, end]] : [])

/** Returns the bytes that a 206 has; undefined if the log doesn't name them, as for several parts. */
function partOf(record: Fields): ByteRange | undefined {
  const first = number(record('sc-range-start'))
  const last = number(record('sc-range-end'))
  return first === undefined || last === undefined || last < first ? undefined : [first, last + 1]
}

/** Returns the link that the gate has logged, or its use, and the size; CloudFront encodes the text as in URLs. */
function linkOf(logged: string): readonly [id: DeliveryId | undefined, size: number | undefined] {
  const [text = '', size = '', use] = logged.replaceAll(/%2e/gi, '.').split('.')
  const id = parseLinkId(text)
  return [id && use !== undefined ? `${id}.${use}` : id, number(size)]
}

function timeOf(record: Fields): EpochSeconds | undefined {
  const ms = Date.parse(`${record('date')}T${record('time')}Z`)
  return Number.isNaN(ms) ? undefined : (Math.floor(ms / 1000) as EpochSeconds)
}

function number(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** A record, of which each field is text; absent ones are `-`, as in the log. */
type Fields = (name: keyof DeliveryRecord) => string

function parse(line: string): Fields | undefined {
  const value = parseJson(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  return name => {
    const field = fields[name]
    return typeof field === 'string' || typeof field === 'number' ? String(field) : '-'
  }
}
