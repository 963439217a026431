declare const spelling: unique symbol

/** A passphrase in the spelling that is hashed: without case, spaces and hyphens. Never logged, never stored. */
export type Passphrase = string & { readonly [spelling]: 'passphrase' }

/** Header in which a program sends a passphrase, percent-encoded. */
export const passphraseHeader = 'once-passphrase'

/** Characters that a passphrase may have, without spaces and hyphens. */
const passphraseLength = { min: 6, max: 128 } as const

/** White space, characters without a shape of their own, dashes, and the minus sign, which Unicode counts as no dash. */
const ignored = /[\s\p{Cf}\p{Pd}\u2212]/gu

/**
 * Parses a passphrase as an issuer gives it or a viewer types it: case, spaces and hyphens don't count, nor the width of
 * characters (NFKC). Returns undefined if the rest has less than 6 or more than 128 characters.
 */
export function parsePassphrase(text: string): Passphrase | undefined {
  // The second NFKC composes what an ignored character separated.
  const normalised = text.normalize('NFKC').toLowerCase().replace(ignored, '').normalize('NFKC')
  const { length } = Array.from(normalised)
  return length >= passphraseLength.min && length <= passphraseLength.max ? (normalised as Passphrase) : undefined
}
