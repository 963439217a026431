import type { Keyring } from '../secrets/keys.ts'
import type { Link, LinkId } from '../link.ts'
import type { NonceClaims } from '../nonce.ts'
import type { Reason } from '../refusal.ts'
import type { Route } from '../table/route.ts'
import type { Clock, EpochMs, EpochSeconds } from '../time.ts'
import { type CheckedNonce, checkNonce, type Refused } from './check-nonce.ts'
import { consume } from './consume.ts'
import { countRefusedUse } from './count-refused-use.ts'
import type { LinkTable, Redemption } from './link-table.ts'
import { capabilityEnd, type EarlierUse, earlierUseOf, isSameClient } from './receipt.ts'

/**
 * Redeems a nonce: hands out one capability for each client that the link allows, here or anywhere, or says why not.
 *
 * The order is the promise: first what costs nothing, then all that may fail, then the one write, and after it only the clock. A link
 * that expires during its write stays used, and nothing is handed out.
 */
export async function redeem<Signed, Answer extends Answered, Prepared extends Ready<Signed, Answer>>(
  text: string,
  redeemer: Redeemer<Signed, Answer, Prepared>,
  context: RedeemContext,
): Promise<Ended<Signed, Answer, Prepared>> {
  const { ports, route, deadline } = context
  const checked = await checkNonce(text, ports, redeemer.isUnsupported)
  if (checked.kind === 'refused') return { outcome: checked }
  const ready = await redeemer.makeReady(checked)
  if (ready.kind === 'refused') return { outcome: ready }
  const outcome = (await ready.confirm?.()) ?? (await useAndSign(ready, context))
  if (!outcome.sameClient) await countRefusedUse(outcome, ready.redemption, { ...ports, route, deadline })
  return { outcome, ready }
}

/** Uses the link, and signs for who used it. */
async function useAndSign<Signed, Answer>(
  ready: Ready<Signed, Answer>,
  { ports, route, deadline }: RedeemContext,
): Promise<RefusedRedemption | Answer | Redeemed<Signed>> {
  const { redemption } = ready
  const { id: linkId, homeRegion, receipt, passphraseHash } = redemption
  const startedAt = ports.clock.now()
  const options = { regions: route(homeRegion), deadline }
  const consumed =
    passphraseHash === undefined
      ? await consume(redemption, ports, options)
      : await (
          await import('./reserve-try.ts')
        ).consumeWithPassphrase({ ...redemption, passphraseHash }, ports, options)
  const known = { linkId, storeMs: ports.clock.now() - startedAt }
  if (consumed.kind === 'refused') return { ...consumed, ...known }

  const { link } = consumed
  const postponed = ready.postpone?.(link, known)
  if (postponed !== undefined) return postponed
  const end = capabilityEnd(link, receipt, ports.clock.now())
  const sameClient = isSameClient(link, receipt)
  if (end === 'expired' || end === 'spent') {
    return { kind: 'refused', reason: end, ...known, sameClient, earlierUse: earlierUseOf(link, receipt) }
  }
  return { kind: 'redeemed', signed: ready.sign(link, end), link, ...known }
}

/** What redeems a nonce: an edge, or the exchange. It brings what only it knows and can do. */
export interface Redeemer<Signed, Answer, Prepared extends Ready<Signed, Answer>> {
  /** Returns whether it can't redeem such a link. */
  isUnsupported(claims: NonceClaims): boolean
  /** Makes ready all that may fail: passphrase, address, client, receipt. Says why not, or rejects, before the link is used. */
  makeReady(checked: CheckedNonce): Prepared | Refused | Promise<Prepared | Refused>
}

/** A redemption in which only the write and the clock can still say no. */
export interface Ready<Signed, Answer> {
  readonly kind: 'ready'
  readonly redemption: Redemption
  /** Lets a person confirm, where that is needed. Returns the answer to give instead; undefined to go on. */
  confirm?(): Promise<Answer | undefined>
  /** Returns the answer to a client that opens the used link again at once, in place of a capability; undefined for all others. */
  postpone?(link: Link, known: Known): Answer | undefined
  /** Signs what the client gets for its link, until `end`: a value, never a promise. Throws for its own mistakes only. */
  sign(link: Link, end: EpochSeconds): Awaited<Signed>
}

/** What is known of every request that called the store; milliseconds from the first call to the last response, pauses included. */
export interface Known {
  readonly linkId: LinkId
  readonly storeMs: number
}

/** Why nothing was handed out. Without `storeMs`, the store was not called. */
export interface RefusedRedemption extends Refused, Partial<Pick<Known, 'storeMs'>>, Answered {
  readonly kind: 'refused'
  readonly reason: Reason
  readonly cause?: unknown
  /** From when on a link works that is not valid yet. */
  readonly notBefore?: EpochSeconds | undefined
  /** How a spent link was used, if it keeps a receipt. */
  readonly earlierUse?: EarlierUse | undefined
  /** Tries that are left after a wrong passphrase. */
  readonly triesLeft?: number
}

/** What an answer says of a link that it refuses. */
export interface Answered {
  readonly kind: string
  readonly reason?: Reason
  /** This client itself used the link. Absent if the link was not used by this request or an earlier one of its client. */
  readonly sameClient?: boolean
  /** The caller may not use this link, or the link does not exist: the caller sees no difference. */
  readonly isOutOfScope?: true
}

/** This client used the link, and gets what was signed. */
interface Redeemed<Signed> extends Known, Answered {
  readonly kind: 'redeemed'
  readonly signed: Awaited<Signed>
  readonly link: Link
}

/** How a request ended, with what was made ready for it, if it came so far. */
export type Ended<Signed, Answer, Prepared> =
  | { readonly outcome: RefusedRedemption; readonly ready?: undefined }
  | { readonly outcome: RefusedRedemption | Answer | Redeemed<Signed>; readonly ready: Prepared }

/** What every redemption needs. */
export interface RedeemContext {
  readonly ports: { readonly clock: Clock; readonly keyring: Keyring; readonly table: LinkTable }
  readonly route: Route
  /** When all must have ended. */
  readonly deadline: EpochMs
}
