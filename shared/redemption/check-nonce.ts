import type { Keyring, Keys } from '../secrets/keys.ts'
import { type LinkId, linkIdOf } from '../link.ts'
import { type Nonce, type NonceClaims, parseNonce, verifyNonce } from '../nonce.ts'
import type { Reason } from '../refusal.ts'
import { type Clock, hasPassed } from '../time.ts'
import type { Redemption } from './link-table.ts'

/** A genuine, unexpired nonce: all that is known of its link before a call to the store. */
export interface CheckedNonce {
  readonly kind: 'checked'
  readonly nonce: Nonce
  readonly id: LinkId
  readonly claims: NonceClaims
  /** What its item must be. */
  readonly target: Target
  /** The keys that verified the nonce. */
  readonly keys: Keys
}

/** What of a redemption the nonce says; a redeemer adds its client. */
type Target = Required<Pick<Redemption, 'id' | 'homeRegion' | 'bound' | 'several'>>

/** A refusal, with the link's id if the nonce is genuine. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: Reason
  readonly linkId?: LinkId
}

/**
 * Checks a nonce in order of cost: its spelling, its MAC, options that this version doesn't support, its expiry.
 * Doesn't call the store. `isUnsupported` says what else the function can't do for such a link. Rejects if
 * there are no usable keys.
 */
export async function checkNonce(
  text: string,
  { clock, keyring }: { readonly clock: Pick<Clock, 'now'>; readonly keyring: Keyring },
  isUnsupported: (claims: NonceClaims) => boolean = () => false,
): Promise<CheckedNonce | Refused> {
  const nonce = parseNonce(text)
  if (nonce === undefined) return refused('malformed')
  const keys = await keyring.current()
  const claims = verifyNonce(nonce, keys.mac)
  if (claims === 'forged') return refused(claims)
  const id = linkIdOf(nonce)
  if (claims === 'unsupported' || isUnsupported(claims)) return refused('unsupported', id)
  if (hasPassed(claims.expiresAt, clock.now())) return refused('expired', id)
  const { homeRegion, flags } = claims
  return {
    kind: 'checked',
    nonce,
    id,
    claims,
    target: { id, homeRegion, bound: flags.bound, several: flags.extended },
    keys,
  }
}

/** Returns a refusal for `reason`. */
export function refused(reason: Reason, linkId?: LinkId): Refused {
  return linkId === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, linkId }
}
