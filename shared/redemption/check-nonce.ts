import type { Keyring, Keys } from '../keys.ts'
import { type LinkId, linkIdOf } from '../link.ts'
import { type Nonce, type NonceClaims, parseNonce, verifyNonce } from '../nonce.ts'
import type { Reason } from '../refusal.ts'
import { type Clock, hasPassed } from '../time.ts'

/** A nonce that we made and that has time left: all that is known of its link before the store is asked. */
export interface CheckedNonce {
  readonly kind: 'admitted'
  readonly nonce: Nonce
  readonly id: LinkId
  readonly claims: NonceClaims
  /** The keys by which it was found genuine. */
  readonly keys: Keys
}

/** A "no", with the link's id once the nonce is known to be genuine. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: Reason
  readonly linkId?: LinkId
}

/**
 * Looks at a nonce in order of cost: its spelling, its MAC, options that this version doesn't have, the expiry it carries.
 * No store is asked. `isUnsupported` says what else the asker can't do for such a link with such keys. Rejects when there
 * are no keys to be had.
 */
export async function checkNonce(
  text: string,
  { clock, keyring }: { readonly clock: Pick<Clock, 'now'>; readonly keyring: Keyring },
  isUnsupported: (claims: NonceClaims, keys: Keys) => boolean = () => false,
): Promise<CheckedNonce | Refused> {
  const nonce = parseNonce(text)
  if (nonce === undefined) return refused('malformed')
  const keys = await keyring.current()
  const claims = verifyNonce(nonce, keys.mac)
  if (claims === 'forged' || claims === 'unsupported') return refused(claims)
  const id = linkIdOf(nonce)
  if (isUnsupported(claims, keys)) return refused('unsupported', id)
  if (hasPassed(claims.expiresAt, clock.now())) return refused('expired', id)
  return { kind: 'admitted', nonce, id, claims, keys }
}

/** Refuses with `reason`. */
export function refused(reason: Reason, linkId?: LinkId): Refused {
  return linkId === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, linkId }
}
