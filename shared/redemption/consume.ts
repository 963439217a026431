import type { Link } from '../link.ts'
import { networksAround } from '../network.ts'
import type { Reason } from '../refusal.ts'
import type { Region } from '../regions.ts'
import { type Clock, type EpochMs, type EpochSeconds, secondsOf } from '../time.ts'
import { backOff, minAttemptMs } from './deadlines.ts'
import type { Attempt, LinkTable, Redemption } from './link-table.ts'

/** How asking for a link ended: it is taken and is ours alone, or it is refused. */
export type ConsumeResult =
  | { readonly kind: 'consumed'; readonly link: Link }
  | { readonly kind: 'refused'; readonly reason: Reason }

/** Whom to ask, in which order, and until when. */
export interface ConsumeOptions {
  readonly regions: readonly Region[]
  readonly deadline: EpochMs
}

/** What it takes to ask. */
export interface ConsumePorts {
  readonly table: Pick<LinkTable, 'tryConsume' | 'exists'>
  readonly clock: Clock
}

/** Longest wait for one answer. From the far side of the world a cold TLS connection takes about 1 s. */
const attemptMs = 1500

/**
 * Takes a link, with retries of our own until the deadline; the SDK's are unfit for this (docs/decisions/0002-delete-versus-receipt.md).
 * Each try asks the next of the Regions; where there is one, always that one.
 *
 * An error with no effect is simply tried again. After a lost answer it depends. With a receipt we try again as well: if
 * it was us, the table knows our redemption id. Without, one strongly consistent read decides: a link still there may be
 * tried again; one that is gone was taken by us or by somebody, and nobody can tell. Then the outcome is unknown: never
 * a capability, and never the claim that somebody else has used the link.
 */
export async function consume(
  redemption: Redemption,
  { table, clock }: ConsumePorts,
  { regions, deadline }: ConsumeOptions,
): Promise<ConsumeResult> {
  const repeatable = redemption.receipt !== undefined
  let queue = regions
  let lostAnswers = 0
  for (let turn = 0; ; turn += 1) {
    const attempt = attemptAt(queue, { clock, deadline })
    if (attempt === undefined) return refused(lostAnswers > 0 ? 'outcome-unknown' : 'unavailable')
    const answer = await table.tryConsume(redemption, attempt)
    if (answer.kind === 'consumed') return answer
    if (answer.kind === 'condition-failed') {
      const isDoubtful = lostAnswers > 0 && !repeatable
      // A store that doesn't tell what it found leaves `spent`.
      return refused(
        isDoubtful ? 'outcome-unknown' : (failedCondition(answer.found, redemption, attempt.now) ?? 'spent'),
      )
    }
    const others = queue.slice(1)
    queue = answer.kind === 'not-retryable' ? others : [...others, attempt.region]
    if (answer.kind === 'not-retryable' && queue.length === 0) {
      if (lostAnswers > 0) return refused('outcome-unknown')
      throw new Error('the table of links refuses us', { cause: answer.cause })
    }
    if (answer.kind === 'unknown-effect') {
      lostAnswers += 1
      const read = attemptAt(queue, { clock, deadline })
      const goOn = repeatable || (read && (await table.exists(redemption.id, read).catch(() => false)))
      if (!goOn) return refused('outcome-unknown')
    }
    await backOff(turn, { clock, deadline })
  }
}

/** A try at the first Region in the queue, or undefined when there is no time left for one. */
function attemptAt(
  [region]: readonly Region[],
  { clock, deadline }: Pick<ConsumePorts, 'clock'> & Pick<ConsumeOptions, 'deadline'>,
): Attempt | undefined {
  const now = clock.now()
  if (region === undefined || deadline - now < minAttemptMs) return undefined
  return { region, now: secondsOf(now), timeoutMs: Math.min(attemptMs, deadline - now) }
}

/** The clause of the condition that does not hold, if any: why this viewer can't have the link now, as it was found. */
export function failedCondition(
  found: Link | undefined,
  { bound, viewer, homeRegion }: Pick<Redemption, 'bound' | 'viewer' | 'homeRegion'>,
  now: EpochSeconds,
): Reason | undefined {
  if (found === undefined || found.homeRegion !== homeRegion) return 'spent'
  if (found.expiresAt <= now) return 'expired'
  if (found.state === 'revoked') return 'revoked'
  if (found.state === 'used') return 'spent'
  if (found.notBefore !== undefined && found.notBefore > now) return 'not-yet-valid'
  const { network } = found
  const around = viewer === undefined ? [] : networksAround(viewer)
  return bound && (network === undefined || !around.includes(network)) ? 'wrong-network' : undefined
}

function refused(reason: Reason): ConsumeResult {
  return { kind: 'refused', reason }
}
