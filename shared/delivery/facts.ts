import { type EpochSeconds, rfc3339 } from '../time.ts'
import type { LinkId } from '../link.ts'
import { formatShare, formatSize } from '../texts/size.ts'
import { bridgeGaps, type ByteRanges, bytesIn, covers, joinRanges } from './ranges.ts'

/** The id of a link; with that of a use behind a dot, of a link with several uses (`useIdOf` in shared/link.ts). */
export type DeliveryId = LinkId | `${LinkId}.${string}`

/**
 * What log records say of one link's file. Each part is a union, a minimum or a maximum. So the order of records, and how often each
 * is read, change nothing.
 */
export interface DeliveryFacts {
  readonly id: DeliveryId
  /** The bytes that CloudFront has written for certain. */
  readonly written: ByteRanges
  /**
   * Bytes that broken responses may have had: the log counts headers and body together, so the end of the body is known to some
   * kilobytes only.
   */
  readonly perhaps: ByteRanges
  /** Size of the file in bytes: the largest that a record named; absent if none did. */
  readonly size?: number | undefined
  /** Size of the file that one whole response had; absent if there was none. */
  readonly whole?: number | undefined
  /** When the first response ended, and the last. */
  readonly firstAt: EpochSeconds
  readonly lastAt: EpochSeconds
}

/** Joins what two sets of records say of one link: in any order and grouping, the result is the same, and again with itself. */
export function mergeFacts(one: DeliveryFacts, other: DeliveryFacts): DeliveryFacts {
  const size = largest(one.size, other.size)
  const whole = largest(one.whole, other.whole)
  return {
    id: one.id,
    written: union(one.written, other.written),
    perhaps: union(one.perhaps, other.perhaps),
    ...(size !== undefined && { size }),
    ...(whole !== undefined && { whole }),
    firstAt: Math.min(one.firstAt, other.firstAt) as EpochSeconds,
    lastAt: Math.max(one.lastAt, other.lastAt) as EpochSeconds,
  }
}

/** Most records add nothing: they cost no sorting. */
function union(one: ByteRanges, other: ByteRanges): ByteRanges {
  return covers(one, other) ? one : joinRanges([...one, ...other])
}

function largest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.max(one, other)
}

/**
 * The fields of an access log by which deliveries are known (CloudFront, "Standard logging reference"): when a response ended, how much
 * of what it had, whether it broke off, and which link it was for. No path, query, cookie, address, referrer or user agent.
 */
export const deliveryLogFields = [
  'date',
  'time',
  'cs-method',
  'sc-status',
  'sc-bytes',
  'sc-content-len',
  'sc-range-start',
  'sc-range-end',
  'x-edge-result-type',
  'viewer-request-log-data',
] as const

/** A record of an access log as JSON: each field is text, `-` if it has no value. */
export type DeliveryRecord = Readonly<Record<(typeof deliveryLogFields)[number], string>>

/**
 * How far a file was delivered: no response so far; responses, of which it isn't certain that they had bytes of the file; some bytes;
 * all of them.
 */
type DeliveryState = 'none' | 'started' | 'partial' | 'complete'

/** What is known of a link's delivery. */
export interface DeliveryVerdict {
  readonly state: DeliveryState
  /** Different bytes of the file that CloudFront has written, at least. */
  readonly bytes: number
  /** Size of the file in bytes; absent if it isn't known. */
  readonly size?: number | undefined
  /** When the first response ended, and the last; absent if there was none. */
  readonly firstAt?: EpochSeconds | undefined
  readonly lastAt?: EpochSeconds | undefined
}

/**
 * Decides how far a file was delivered; undefined facts mean that no record has come. It is complete only if one response had all
 * of it, or if the bytes of several together do. Where a download broke off and the client went on from a byte that the broken
 * response may have reached, the bytes before it count.
 */
export function verdictOf(facts: DeliveryFacts | undefined): DeliveryVerdict {
  if (facts === undefined) return { state: 'none', bytes: 0 }
  const { firstAt, lastAt, size, whole } = facts
  if (whole !== undefined) return { state: 'complete', bytes: whole, size: whole, firstAt, lastAt }
  const written = bridgeGaps(facts.written, facts.perhaps)
  const bytes = bytesIn(written)
  const times = { firstAt, lastAt, ...(size !== undefined && { size }) }
  const [first] = written
  if (first === undefined) return { state: 'started', bytes, ...times }
  const isWhole = size !== undefined && first[0] === 0 && first[1] >= size
  return { state: isWhole ? 'complete' : 'partial', bytes, ...times }
}

/**
 * Says what is known of a delivery, with sizes of 1000: `4.2 of 4.2 MB, complete, 2026-11-26 10:02 UTC`, or `stopped at 26 of 50 MB,
 * 2026-11-26 10:02 UTC`. Of a delivery that isn't complete it never says that all bytes are there.
 */
export function deliverySummary({ state, bytes, size, lastAt }: DeliveryVerdict): string {
  const when = lastAt === undefined ? '' : `, ${minuteOf(lastAt)}`
  switch (state) {
    case 'none':
      return 'no download so far'
    case 'started':
      return `started, stopped before any byte is certain${when}`
    case 'partial':
      return size === undefined
        ? `${formatSize(bytes)} of an unknown size${when}`
        : `stopped at ${formatShare(bytes, size)}${when}`
    case 'complete':
      return `${formatShare(bytes, size ?? bytes)}, complete${when}`
  }
}

function minuteOf(at: EpochSeconds): string {
  return `${rfc3339(at).slice(0, 16).replace('T', ' ')} UTC`
}

/** Returns a delivery as the API and events show it. Times are RFC 3339. */
export function deliveryView(verdict: DeliveryVerdict) {
  const { state, bytes, size, firstAt, lastAt } = verdict
  return {
    state,
    bytes,
    ...(size !== undefined && { size }),
    ...(firstAt !== undefined && { firstAt: rfc3339(firstAt) }),
    ...(lastAt !== undefined && { lastAt: rfc3339(lastAt) }),
    summary: deliverySummary(verdict),
  }
}
