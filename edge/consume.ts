import type { Link } from '../shared/link.ts'
import { networksAround } from '../shared/network.ts'
import type { Reason } from '../shared/refusal.ts'
import type { EpochMs } from '../shared/time.ts'
import type { Ports, Redemption } from './ports.ts'

/** How asking for a link ended: it is taken and is ours alone, or it is refused. */
export type Consumed =
  | { readonly kind: 'taken'; readonly link: Link }
  | { readonly kind: 'refused'; readonly reason: Reason }

/** Longest wait for one answer. From the far side of the world a cold TLS connection takes about 1 s. */
const attemptMs = 1500
/** A try with less than this left could not be answered, so it isn't made. */
const shortestAttemptMs = 100
const firstPauseMs = 25
const longestPauseMs = 200

/**
 * Takes a link, with retries of our own until `deadline`; the SDK's are unfit for this (docs/decisions/0002-delete-versus-receipt.md).
 *
 * An error with no effect is simply tried again. After a lost answer one strongly consistent read decides: a link
 * still there may be tried again; one that is gone was taken by us or by somebody, and nobody can tell. Then the
 * outcome is unknown: never a capability, and never the claim that somebody else has used the link.
 */
export async function consume(
  redemption: Redemption,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  deadline: EpochMs,
): Promise<Consumed> {
  let pauseMs = firstPauseMs
  let lostAnswers = 0
  while (deadline - clock.now() >= shortestAttemptMs) {
    const answer = await table.take(redemption, Math.min(attemptMs, deadline - clock.now())).catch(error => {
      if (lostAnswers === 0) throw error
      return undefined // refused for good, but an earlier try may have taken the link
    })
    if (answer === undefined) return refused('outcome-unknown')
    if (answer.kind === 'taken') return answer
    if (answer.kind === 'not-taken') {
      return refused(lostAnswers > 0 ? 'outcome-unknown' : whyNotTaken(answer.found, redemption))
    }
    if (answer.kind === 'ambiguous') {
      lostAnswers += 1
      if (!(await stillThere(redemption, { table, clock }, deadline))) return refused('outcome-unknown')
    }
    await clock.pause(Math.min(pauseMs, Math.max(0, deadline - clock.now())))
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
  return refused(lostAnswers > 0 ? 'outcome-unknown' : 'unavailable')
}

/** One read, and every doubt counts as gone. */
async function stillThere(
  redemption: Redemption,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  deadline: EpochMs,
): Promise<boolean> {
  const left = deadline - clock.now()
  if (left < shortestAttemptMs) return false
  return table.holds(redemption, Math.min(attemptMs, left)).catch(() => false)
}

/** Names the clause of the condition that did not hold. A store that doesn't tell what it found leaves `spent`. */
function whyNotTaken(found: Link | undefined, { now, bound, viewer, homeRegion }: Redemption): Reason {
  if (found === undefined || found.homeRegion !== homeRegion) return 'spent'
  if (found.expiresAt <= now) return 'expired'
  if (found.notBefore !== undefined && found.notBefore > now) return 'not-yet-valid'
  const { network } = found
  if (bound && (network === undefined || !networksAround(viewer).includes(network))) return 'wrong-network'
  return 'spent'
}

function refused(reason: Reason): Consumed {
  return { kind: 'refused', reason }
}
