import type { Link } from '../link.ts'
import type { Reason } from '../refusal.ts'
import type { Region } from '../regions.ts'
import { type Clock, type EpochMs, type EpochSeconds, secondsOf } from '../time.ts'
import { minAttemptMs } from '../limits.ts'
import { backOff, minWriteMs } from './deadlines.ts'
import { type EarlierUse, earlierUseOf } from './receipt.ts'
import type { Attempt, LinkTable, Redemption } from './link-table.ts'
import type { RedemptionWrite } from './one-use.ts'
import { type FoundLink, reasonFor } from './clauses.ts'
import { writesOf } from './writes.ts'

/** How `consume` ended: this redemption has consumed the link, or one of its uses, or is refused. */
export type ConsumeResult = { readonly kind: 'consumed'; readonly link: Link } | RefusedConsumption

/** Why a link was not consumed. */
export interface RefusedConsumption {
  readonly kind: 'refused'
  readonly reason: Reason
  /** The caller may not use this link, or there is none: to it, both are the same. */
  readonly isOutOfScope?: true
  /** From when on a link works that is not valid yet. */
  readonly notBefore?: EpochSeconds | undefined
  /** How a spent link was used, if it keeps a receipt. */
  readonly earlierUse?: EarlierUse | undefined
}

/** The Regions to call, in order, and the deadline. */
export interface ConsumeOptions {
  readonly regions: readonly Region[]
  readonly deadline: EpochMs
}

/** The ports that `consume` needs. */
export interface ConsumePorts {
  readonly table: Pick<LinkTable, 'tryConsume' | 'exists'>
  readonly clock: Clock
}

/** Timeout of one attempt, in milliseconds. From the far side of the world a cold TLS connection takes about 1 s. */
const attemptMs = 1500

/**
 * Consumes a link, with retries of its own until the deadline; the SDK's retries are unfit for this
 * (docs/decisions/0002-delete-versus-receipt.md). Each attempt calls the next of the Regions, or always the same if
 * there is only one. Rejects if every Region refuses our requests, and for our own mistakes (see `LinkTable`).
 *
 * After an error without effect, it tries again. After a lost response it depends:
 *
 * - With a receipt it tries again: if the write succeeded, the table knows our redemption id.
 * - Without, one strongly consistent read decides. If the link is still there, it tries again. If it is gone, we or
 *   another client consumed it, and no read can say which. Then the outcome is unknown: it neither gives a capability
 *   nor claims that another client used the link.
 */
export async function consume(
  redemption: Redemption,
  { table, clock }: ConsumePorts,
  { regions, deadline }: ConsumeOptions,
): Promise<ConsumeResult> {
  const isRepeatable = redemption.receipt !== undefined
  let queue = regions
  let lostResponses = 0
  for (let turn = 0; ; turn += 1) {
    const attempt = attemptAt(queue, minWriteMs, { clock, deadline })
    if (attempt === undefined) return refused(lostResponses > 0 ? 'outcome-unknown' : 'unavailable')
    const result = await table.tryConsume(redemption, attempt)
    if (result.kind === 'consumed') return result
    if (result.kind === 'condition-failed') {
      const isUncertain = lostResponses > 0 && !isRepeatable
      if (isUncertain) return refused('outcome-unknown')
      const { useOf } = await writesOf(redemption)
      return refusedBy(useOf(redemption), redemption, { ...result, now: attempt.now })
    }
    if (result.kind === 'overloaded') return refused(lostResponses > 0 ? 'outcome-unknown' : 'unavailable')
    const others = queue.slice(1)
    queue = result.kind === 'not-retryable' ? others : [...others, attempt.region]
    if (result.kind === 'not-retryable' && queue.length === 0) {
      if (lostResponses > 0) return refused('outcome-unknown')
      throw new Error('the table of links refuses our requests', { cause: result.cause })
    }
    if (result.kind === 'unknown-effect') {
      lostResponses += 1
      const read = attemptAt(queue, minAttemptMs, { clock, deadline })
      const mayRetry = isRepeatable || (read && (await table.exists(redemption.id, read).catch(() => false)))
      if (!mayRetry) return refused('outcome-unknown')
    }
    await backOff(turn, { clock, deadline })
  }
}

/**
 * Returns why a write of this redemption was refused: by the reason of its clauses. Without one, the passphrase was wrong, whose hash the
 * store alone compares.
 */
export function refusedBy(write: RedemptionWrite, redemption: Redemption, at: FoundLink): RefusedConsumption {
  const { scope, receipt, passphraseHash } = redemption
  const { found } = at
  if (scope?.excludes(found)) return { kind: 'refused', reason: 'spent', isOutOfScope: true }
  const reason = reasonFor(write, redemption, at)
  if (reason === undefined) return refused(passphraseHash === undefined ? 'spent' : 'wrong-passphrase')
  if (reason === 'not-yet-valid') return { kind: 'refused', reason, notBefore: found?.notBefore }
  if (reason === 'spent') return { kind: 'refused', reason, earlierUse: earlierUseOf(found, receipt) }
  return refused(reason)
}

/** Returns an attempt at the first Region in the queue, or undefined if there is no Region or less time left than `minMs`. */
export function attemptAt(
  [region]: readonly Region[],
  minMs: number,
  { clock, deadline }: Pick<ConsumePorts, 'clock'> & Pick<ConsumeOptions, 'deadline'>,
): Attempt | undefined {
  const now = clock.now()
  if (region === undefined || deadline - now < minMs) return undefined
  return { region, now: secondsOf(now), timeoutMs: Math.min(attemptMs, deadline - now) }
}

function refused(reason: Reason): RefusedConsumption {
  return { kind: 'refused', reason }
}
