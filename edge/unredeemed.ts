import type { Link, LinkId } from '../shared/link.ts'
import { checkNonce } from '../shared/redemption/check-nonce.ts'
import { failedCondition } from '../shared/redemption/consume.ts'
import { minAttemptMs } from '../shared/redemption/deadlines.ts'
import type { UnredeemedKind, Redemption } from '../shared/redemption/link-table.ts'
import { isSameClient } from '../shared/redemption/receipt.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Route } from '../shared/route.ts'
import { type EpochMs, secondsOf } from '../shared/time.ts'
import type { Ports } from './ports.ts'

// A request that is held is answered without using the link. Whatever fails here, it is answered all the same: nothing that
// was promised depends on it.

/** What it takes to look at a link. */
export interface Sight {
  readonly ports: Pick<Ports, 'clock' | 'keyring' | 'table'>
  readonly route: Route
  readonly deadline: EpochMs
}

/** Longest wait for the one call that looks at a link, in milliseconds: from the far side of the world, with a new connection. */
const lookMs = 1500

/** What the log is told of a request that was counted: the link if the nonce is genuine, and the time if the store was asked. */
export interface Counted {
  readonly linkId?: LinkId
  readonly storeMs?: number
}

/** Counts a request for what may be a link, if it is one with a receipt. */
export async function countUnredeemed(nonce: string, hold: UnredeemedKind, sight: Sight): Promise<Counted> {
  const { clock } = sight.ports
  const admitted = await checkNonce(nonce, sight.ports).catch(() => undefined)
  if (admitted?.kind !== 'admitted') return admitted?.linkId === undefined ? {} : { linkId: admitted.linkId }
  if (!admitted.claims.flags.receipt) return { linkId: admitted.id }
  const askedAt = clock.now()
  await inspect({ id: admitted.id, homeRegion: admitted.claims.homeRegion }, hold, sight)
  return { linkId: admitted.id, storeMs: clock.now() - askedAt }
}

/** Why a link can't be redeemed, and whether that is because this very client has. */
export interface ExpectedRefusal {
  readonly reason: Reason
  readonly sameClient: boolean
}

/**
 * Why it would be no use to ask this viewer for a confirmation; undefined when it would, or when the store doesn't say. The
 * write decides: this spares people a button that can't work. With a receipt the request is counted, if the link is live.
 */
export async function expectedRefusal(redemption: Redemption, sight: Sight): Promise<ExpectedRefusal | undefined> {
  const { receipt } = redemption
  const seen = await inspect(redemption, receipt && 'unconfirmed', sight)
  const reason = seen && failedCondition(seen.link, redemption, secondsOf(sight.ports.clock.now()))
  if (reason === undefined) return undefined
  return { reason, sameClient: isSameClient(seen?.link, receipt) }
}

/** One call to the store, and no other; undefined when it gave no answer. */
async function inspect(
  { id, homeRegion }: Pick<Redemption, 'id' | 'homeRegion'>,
  hold: UnredeemedKind | undefined,
  { ports: { clock, table }, route, deadline }: Sight,
): Promise<{ readonly link: Link | undefined } | undefined> {
  const [region = homeRegion] = route(homeRegion)
  const now = clock.now()
  const timeoutMs = Math.min(lookMs, deadline - now)
  if (timeoutMs < minAttemptMs) return undefined
  const attempt = { region, now: secondsOf(now), timeoutMs }
  return table.inspect(id, hold, attempt).then(
    link => ({ link }),
    () => undefined,
  )
}
