import type { EpochSeconds } from '../time.ts'
import type { DeliveryFacts } from './facts.ts'
import { bridgeGaps, bytesIn } from './ranges.ts'

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
