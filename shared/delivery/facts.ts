import type { LinkId } from '../link.ts'
import type { EpochSeconds } from '../time.ts'
import { type ByteRanges, covers, joinRanges } from './ranges.ts'

/**
 * What log records say of one link's file. Each part is a union, a minimum or a maximum. So the order of records, and how often each
 * is read, change nothing.
 */
export interface DeliveryFacts {
  readonly id: LinkId
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
