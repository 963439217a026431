import { assert } from '../shared/errors.ts'
import { randomBytesInNonce } from '../shared/nonce.ts'
import type { IssueInput } from '../shared/options/options.ts'
import { parsePassphrase, type Passphrase } from '../shared/passphrase.ts'
import { type Derivation, nonceBits, passphraseBits } from './idempotency.ts'
import type { Ports } from './ports.ts'

/** What one attempt to write a link draws, or derives. */
export interface LinkSecrets {
  /** The unpredictable bytes of its nonce. */
  readonly bits: Uint8Array
  /** Its passphrase, if it has one. */
  readonly passphrase?: Passphrase | undefined
  /** The same as people read it, if the API made it. */
  readonly generated?: string | undefined
}

type Input = Pick<IssueInput, 'passphrase'>

/** Draws the secrets of a link at random. */
export function drawnSecrets({ passphrase }: Input, { random }: Pick<Ports, 'random'>): LinkSecrets {
  const bits = random(randomBytesInNonce)
  return passphrase === true ? { bits, ...generatePassphrase(random(passphraseBytes)) } : { bits, passphrase }
}

/** Derives the secrets of a link: the same each time. */
export function derivedSecrets({ passphrase }: Input, derivation: Derivation): LinkSecrets {
  const bits = nonceBits(derivation)
  return passphrase === true ? { bits, ...generatePassphrase(passphraseBits(derivation)) } : { bits, passphrase }
}

/** Bytes that make a passphrase. */
const passphraseBytes = 8

/** How many passphrases there are: 12 digits, 39.9 bits. Digits are read out on the phone in every language. */
const count = 10n ** 12n

/**
 * Makes a passphrase of 8 unpredictable bytes or more, as people read it (`4821-0937-5526`) and as it is hashed. Of 2^64 values, the
 * remainder prefers none by more than one in ten million.
 */
export function generatePassphrase(bits: Uint8Array): { readonly generated: string; readonly passphrase: Passphrase } {
  const number = Buffer.from(bits).readBigUInt64BE() % count
  const digits = String(number).padStart(12, '0')
  const generated = digits.replaceAll(/\d{4}(?=\d)/g, '$&-')
  const passphrase = parsePassphrase(generated)
  assert(passphrase, '12 digits are a passphrase')
  return { generated, passphrase }
}
