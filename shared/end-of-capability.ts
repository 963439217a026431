import type { Link, ReceiptDraft } from './link.ts'
import { endForVisitor } from './redemption/receipt.ts'
import { type EpochMs, type EpochSeconds, hasPassed, plusSeconds, secondsOf } from './time.ts'

/**
 * When the capability for a link that was just taken ends, or why there is none. The write may have taken seconds: its
 * condition held when it was sent, not necessarily now. `receipt` is what this visitor brought to it, if the link keeps one.
 */
export function endOfCapability(
  link: Link,
  receipt: ReceiptDraft | undefined,
  now: EpochMs,
): EpochSeconds | 'expired' | 'spent' {
  if (hasPassed(link.expiresAt, now)) return 'expired'
  const end = receipt ? endForVisitor(link, receipt) : plusSeconds(secondsOf(now), link.urlSeconds)
  return end === undefined || hasPassed(end, now) ? 'spent' : end
}
