import { parseJson } from '../../shared/fields.ts'
import { parseKeys, parseMacKeys } from '../../shared/secrets/keys.ts'
import type { KeySlot } from '../../shared/nonce.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/** The signing key as the secret stores it: a private key in PKCS#8 PEM, and CloudFront's id of the public half. */
export interface StoredSigningKey {
  readonly keyPairId: string
  readonly privateKey: string
}

/** The MAC keys as the secret stores them: 32 bytes in base64, by slot. */
export interface StoredMacKeys {
  readonly current: KeySlot
  readonly slots: Readonly<Record<string, string>>
  /**
   * Since when exactly these keys have been in force in every Region, if that was known when the value was made; absent
   * from a value that changes them. Only the rotation reads it: `parseKeys` ignores it.
   */
  readonly since?: EpochSeconds
}

/** The keys in a version of the secret. */
export interface SecretValue {
  readonly signing: StoredSigningKey
  readonly mac: StoredMacKeys
}

/**
 * Parses a version of the secret. Returns `placeholder` for the text that CloudFormation generated with the secret:
 * anything without a signing and a MAC part. Throws, without repeating any of it, if there are keys that can't be
 * parsed: a placeholder would be overwritten.
 */
export function readValue(text: string): SecretValue | 'placeholder' {
  const parts = partsOf(text)
  if (parts === undefined || !('signing' in parts || 'mac' in parts)) return 'placeholder'
  parseKeys(text)
  return parts as unknown as SecretValue
}

/** Parses a version that must have keys; throws if it has none. `which` names the version in the error. */
export function readKeys(text: string | undefined, which: string): SecretValue {
  const value = text === undefined ? 'placeholder' : readValue(text)
  if (value === 'placeholder') throw withoutKeys(which)
  return value
}

/** Parses the MAC keys of a version that must have keys, whatever signs: also a key in KMS. Throws as `readKeys` does. */
export function readMac(text: string | undefined, which: string): StoredMacKeys {
  const parts = partsOf(text ?? '')
  if (text === undefined || parts === undefined || !('mac' in parts)) throw withoutKeys(which)
  parseMacKeys(text)
  return (parts as SecretValue).mac
}

function withoutKeys(which: string): Error {
  return new Error(`the ${which} version of the secret has no keys`)
}

/** Formats keys as `readValue` and `parseKeys` read them. Throws if they couldn't. */
export function writeValue({ signing, mac }: SecretValue): string {
  const text = JSON.stringify({ signing, mac })
  parseKeys(text)
  return text
}

function partsOf(text: string): object | undefined {
  const parts = parseJson(text)
  return typeof parts === 'object' && parts !== null ? parts : undefined
}
