import { keyedHash } from '../hmac.ts'
import type { Nonce } from '../nonce.ts'
import type { Passphrase } from './passphrase.ts'

/**
 * Returns what the table stores of a passphrase: 22 base64url characters, keyed with the nonce. Only a holder of the nonce can
 * compute it, so a reader of the table can't guess. Apart from passphrase.ts, which an edge loads on demand.
 */
export function hashPassphrase(passphrase: Passphrase, nonce: Nonce): string {
  return keyedHash(nonce, ['passphrase', passphrase])
}
