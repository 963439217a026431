import { type KmsAlgorithm, parseKeys } from '../../shared/keys.ts'
import type { KeySlot } from '../../shared/nonce.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/**
 * The signing key as the secret stores it: the key itself, or its id in KMS. `keyPairId` is CloudFront's id of the
 * public half.
 */
export type StoredSigningKey = SecretSigningText | KmsSigningText

/** A signing key in the secret: a private key in PKCS#8 PEM. */
interface SecretSigningText {
  readonly keyPairId: string
  readonly privateKey: string
}

/** The former signing key, while KMS signs: it signs for links that keep no receipt, which were issued before. */
export interface FormerSigningText extends SecretSigningText {
  /** When the last of these links has expired. Only the rotation reads it: `parseKeys` ignores it. */
  readonly until: EpochSeconds
}

/** A signing key in KMS. */
interface KmsSigningText {
  readonly keyPairId: string
  readonly kmsKeyId: string
  readonly kmsAlgorithm: KmsAlgorithm
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
  readonly withoutReceipt?: FormerSigningText | undefined
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
  const value = parts as unknown as SecretValue
  const { until } = value.withoutReceipt ?? { until: 0 }
  if (!Number.isInteger(until)) throw new Error('withoutReceipt.until: not a time in seconds since 1970')
  return value
}

/** Parses a version that must have keys; throws if it has none. `which` names the version in the error. */
export function readKeys(text: string | undefined, which: string): SecretValue {
  const value = text === undefined ? 'placeholder' : readValue(text)
  if (value === 'placeholder') throw new Error(`the ${which} version of the secret has no keys`)
  return value
}

/** Formats keys as `readValue` and `parseKeys` read them. Throws if they couldn't. */
export function writeValue({ signing, mac, withoutReceipt }: SecretValue): string {
  const text = JSON.stringify({ signing, mac, withoutReceipt })
  parseKeys(text)
  return text
}

/** Returns the ids of all public keys by which CloudFront verifies what the keys of a value sign. */
export function keyPairIdsOf({ signing, withoutReceipt }: SecretValue): readonly string[] {
  return [signing.keyPairId, ...(withoutReceipt ? [withoutReceipt.keyPairId] : [])]
}

function partsOf(text: string): object | undefined {
  try {
    const parts: unknown = JSON.parse(text)
    return typeof parts === 'object' && parts !== null ? parts : undefined
  } catch {
    return undefined
  }
}
