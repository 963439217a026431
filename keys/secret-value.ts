import { type KmsAlgorithm, parseKeys } from '../shared/keys.ts'
import type { KeySlot } from '../shared/nonce.ts'
import type { EpochSeconds } from '../shared/time.ts'

/** The signing key as the secret spells it: held there, or in KMS. `keyPairId` is CloudFront's id of the public half. */
export type StoredSigningKey = SecretSigningText | KmsSigningText

/** A private key in PKCS#8 PEM. */
export interface SecretSigningText {
  readonly keyPairId: string
  readonly privateKey: string
}

/** A key that KMS holds. */
export interface KmsSigningText {
  readonly keyPairId: string
  readonly kmsKeyId: string
  readonly kmsAlgorithm: KmsAlgorithm
}

/** The MAC keys as the secret spells them: 32 bytes in base64, by slot. */
export interface StoredMacKeys {
  readonly current: KeySlot
  readonly slots: Readonly<Record<string, string>>
  /**
   * Since when these keys and no others have been in force in every Region, as far as it was known when the value was
   * made; absent from the value that brings a change. For the rotation alone: `parseKeys` doesn't look at it.
   */
  readonly since?: EpochSeconds
}

/** What a version of the secret holds. */
export interface SecretValue {
  readonly signing: StoredSigningKey
  readonly mac: StoredMacKeys
}

/**
 * Reads a version of the secret. `placeholder` is what CloudFormation generated when it made the secret: anything that
 * has neither a signing nor a MAC part. Throws, without repeating any of it, when there are keys that can't be read:
 * those are never taken for a placeholder, for it would be overwritten.
 */
export function readValue(text: string): SecretValue | 'placeholder' {
  const parts = partsOf(text)
  if (parts === undefined || !('signing' in parts || 'mac' in parts)) return 'placeholder'
  parseKeys(text)
  return parts as unknown as SecretValue
}

/** The same, of a version that must hold keys. `which` is for the error. */
export function readKeys(text: string | undefined, which: string): SecretValue {
  const value = text === undefined ? 'placeholder' : readValue(text)
  if (value === 'placeholder') throw new Error(`the ${which} version of the secret holds no keys`)
  return value
}

/** Spells a value as `readValue` and `parseKeys` read it; throws when they would not. */
export function writeValue({ signing, mac }: SecretValue): string {
  const text = JSON.stringify({ signing, mac })
  parseKeys(text)
  return text
}

function partsOf(text: string): object | undefined {
  try {
    const parts: unknown = JSON.parse(text)
    return typeof parts === 'object' && parts !== null ? parts : undefined
  } catch {
    return undefined
  }
}
