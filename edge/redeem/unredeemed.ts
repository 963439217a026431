import type { Link, LinkId } from '../../shared/link.ts'
import { checkNonce, refused } from '../../shared/redemption/check-nonce.ts'
import { reasonFor } from '../../shared/redemption/clauses.ts'
import { attemptAt } from '../../shared/redemption/consume.ts'
import { minAttemptMs } from '../../shared/limits.ts'
import type { CountUpdate, LinkPlace, Redemption, UnredeemedKind } from '../../shared/redemption/link-table.ts'
import { type EarlierUse, earlierUseOf, isSameClient } from '../../shared/redemption/receipt.ts'
import { firstWriteOf } from '../../shared/redemption/writes.ts'
import type { Reason } from '../../shared/refusal.ts'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../shared/time.ts'
import type { EdgeContext, EdgePorts } from '../ports.ts'
import type { Outcome } from './outcome.ts'
import type { ViewerRequest } from './viewer-request.ts'

// An unredeemed request gets its response even if anything here fails: no promise depends on these reads and counts.

/** What it takes to inspect a link. */
export interface InspectionContext extends Pick<EdgeContext, 'route'> {
  readonly ports: Pick<EdgePorts, 'clock' | 'keyring' | 'table'>
  readonly deadline: EpochMs
}

/** Answers requests that never use a link, the same for valid and invalid nonces; undefined for all others. Never rejects. */
export function refuseEarly(
  request: ViewerRequest,
  context: InspectionContext,
): Outcome | Promise<Outcome> | undefined {
  const { method, nonce, speculative, robot, crossOrigin, client, preflight } = request
  const counted = async (outcome: Outcome, kind: UnredeemedKind) => ({
    ...outcome,
    ...(await countUnredeemed(nonce, kind, context)),
  })
  if (method === 'OPTIONS' && preflight) return { kind: 'probed' }
  if (method === 'HEAD' || method === 'OPTIONS') return counted({ kind: 'probed' }, 'probed')
  if (method !== 'GET' && method !== 'POST') return refused('method-not-allowed')
  // A program that names its POST means to redeem, whatever its User-Agent says.
  const isNamed = method === 'POST' && typeof client === 'object' && client.kind !== 'cookie'
  const reason = speculative ? 'speculative' : robot && !isNamed ? 'automated' : crossOrigin && 'cross-origin'
  if (reason) return counted(refused(reason), 'automated')
  return typeof client === 'object' || client === 'nothing' ? undefined : refused(client)
}

/** What the log says of a counted request: the link id if the nonce is genuine, and the time if the store was called. */
interface Counted {
  readonly linkId?: LinkId
  readonly storeMs?: number
}

/** Counts a request on its link, if the nonce is genuine and the link keeps a receipt. Never rejects. */
async function countUnredeemed(nonce: string, kind: UnredeemedKind, context: InspectionContext): Promise<Counted> {
  const { clock } = context.ports
  const checked = await checkNonce(nonce, context.ports).catch(() => undefined)
  if (checked?.kind !== 'checked') return checked?.linkId === undefined ? {} : { linkId: checked.linkId }
  if (!checked.claims.flags.receipt) return { linkId: checked.id }
  const startedAt = clock.now()
  await inspect(checked.target, kind, context)
  return { linkId: checked.id, storeMs: clock.now() - startedAt }
}

/**
 * What one read says of a confirmation: why it would be refused, and whether because this client itself used the link; or
 * that it wouldn't, with the link, which is undefined if the store did not respond.
 */
export type Expectation =
  | {
      readonly kind: 'refused'
      readonly reason: Reason
      readonly sameClient: boolean
      readonly notBefore: EpochSeconds | undefined
      readonly earlierUse: EarlierUse | undefined
    }
  | { readonly kind: 'usable'; readonly link: Link | undefined }

/**
 * Returns whether this viewer's confirmation would be refused; it wouldn't if the store doesn't respond. Only the write
 * decides: this spares people a button that can't work. Counts the request if the link is live and keeps a receipt.
 */
export async function expectedResult(redemption: Redemption, context: InspectionContext): Promise<Expectation> {
  const { receipt } = redemption
  const inspected = await inspect(redemption, receipt && 'unconfirmed', context)
  const link = inspected?.link
  const now = secondsOf(context.ports.clock.now())
  const reason = inspected && reasonFor(await firstWriteOf(redemption), redemption, { found: link, now })
  if (reason === undefined || reason === 'passphrase-required') return { kind: 'usable', link }
  return {
    kind: 'refused',
    reason,
    sameClient: isSameClient(link, receipt),
    notBefore: link?.notBefore,
    earlierUse: earlierUseOf(link, receipt),
  }
}

/** Makes one call to the store, and no other; undefined if it fails. */
export async function inspect(
  place: LinkPlace,
  kind: UnredeemedKind | CountUpdate | undefined,
  { ports: { clock, table }, route, deadline }: InspectionContext,
): Promise<{ readonly link: Link | undefined } | undefined> {
  const attempt = attemptAt(route(place.homeRegion), minAttemptMs, { clock, deadline })
  if (attempt === undefined) return undefined
  return table.inspect(place, kind, attempt).then(
    link => ({ link }),
    () => undefined,
  )
}
