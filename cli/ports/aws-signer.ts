import type { Region } from '../../shared/regions.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/** What a version of the secret names; nothing else of its value. */
export interface SecretSigner {
  /** The id of the version. */
  readonly version: string
  /** The id of the key in KMS that signs. */
  readonly kmsKeyId?: string | undefined
  /** The kind of the key in the version that signs. Without both, the version has no keys yet. */
  readonly keySpec?: 'P-256' | 'RSA-2048' | undefined
  /** If it has a former key for links without a receipt: when the last of these has expired. */
  readonly formerUntil?: EpochSeconds | undefined
}

/** What the versions of the secret name that sign or may sign next. */
export interface SecretSigners {
  /** AWSCURRENT. */
  readonly current: SecretSigner
  /** AWSPENDING, unless it is AWSCURRENT already: a rotation is under way or was given up. */
  readonly pending: SecretSigner | undefined
  /** Since when every Region's copy has had AWSCURRENT; undefined while that isn't known. */
  readonly inForceSince: EpochSeconds | undefined
}

/** What a change of the signer does in AWS. */
export interface Signers {
  /** Reads the secret. Rejects if a version is malformed, without repeating any of it. */
  read(secret: string, region: Region): Promise<SecretSigners>
  /** Starts a rotation. Rejects while a version is AWSPENDING. */
  rotate(secret: string, region: Region): Promise<void>
  /** Removes AWSPENDING from a version, so that no rotation can end with it. */
  cancelRotation(secret: string, version: string, region: Region): Promise<void>
  /** Invokes a function and waits for its end. Rejects if it fails. */
  invoke(functionName: string, event: object, region: Region): Promise<void>
}
