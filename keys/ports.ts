import type { Deployment } from '../shared/deployment.ts'
import type { KmsAlgorithm } from '../shared/keys.ts'
import type { Clock, EpochSeconds } from '../shared/time.ts'

/** What the keys function works on: the world, and one deployment. */
export interface KeysContext {
  readonly ports: Ports
  readonly deployment: Deployment
  /** The key in KMS that is to sign; undefined where keys are kept in the secret. */
  readonly kmsKeyId: string | undefined
}

/** How much time this invocation has left, in milliseconds. */
export type TimeLeft = () => number

/** Everything the keys function asks of the world. `main.ts` hands in real ones. */
export interface Ports {
  readonly clock: Clock
  /** `length` bytes that nobody can predict. */
  readonly random: (length: number) => Uint8Array
  /** A new P-256 key pair that nobody can predict, in PEM: SPKI and PKCS#8. */
  readonly keyPair: () => { readonly publicKey: string; readonly privateKey: string }
  readonly cloudfront: CloudFront
  readonly secret: Secret
  readonly kms: Kms
  /** One line of JSON, as it is. Never a key. */
  readonly log: (line: object) => void
}

/** A public key that CloudFront holds. */
export interface PublicKey {
  /** What a signed URL calls it: its `Key-Pair-Id`. */
  readonly id: string
  readonly name: string
  readonly createdAt: EpochSeconds
}

/** A key group as it was read. */
export interface KeyGroup {
  readonly id: string
  readonly name: string
  /** The public keys in it, by id. */
  readonly keyIds: readonly string[]
  readonly modifiedAt: EpochSeconds
  /** Which state this is: what changes the group says which one it saw. */
  readonly etag: string
}

/** A distribution that trusts a key group. */
export interface Distribution {
  readonly id: string
  /** Whether its last change has reached all of CloudFront's edges. */
  readonly deployed: boolean
}

/** Public keys and key groups. Every call rejects when CloudFront gives no answer, and may then have happened. */
export interface CloudFront {
  /** Hands CloudFront a public key in PEM; gives its id, that of the same name if there is one already. */
  createPublicKey(name: string, pem: string): Promise<string>
  /** The public key in PEM, or undefined when there is none of that id. */
  publicKey(id: string): Promise<string | undefined>
  /** Every public key of this account, of others too. */
  publicKeys(): Promise<readonly PublicKey[]>
  /** A key that is gone already counts as deleted. */
  deletePublicKey(id: string): Promise<'deleted' | 'in-use'>
  keyGroup(name: string): Promise<KeyGroup | undefined>
  /** Makes a key group, unless there is one of that name. */
  createKeyGroup(name: string, keyIds: readonly string[]): Promise<void>
  /** Changes what is in a group, if it still is in the state that was read. */
  updateKeyGroup(group: KeyGroup, keyIds: readonly string[]): Promise<'updated' | 'changed-meanwhile'>
  deleteKeyGroup(group: KeyGroup): Promise<'deleted' | 'in-use'>
  /** The distributions that trust a group. */
  distributionsOf(groupId: string): Promise<readonly Distribution[]>
}

/** The versions of the secret that have a staging label. */
export interface Versions {
  /** The one that is AWSCURRENT. */
  readonly current: string
  /** The one that was before: AWSPREVIOUS. */
  readonly previous: string | undefined
  /** The one that a rotation makes ready: AWSPENDING, unless it is AWSCURRENT already. */
  readonly pending: string | undefined
  /** All staging labels, by version. */
  readonly labels: ReadonlyMap<string, readonly string[]>
}

/** The deployment's secret. Every call rejects when Secrets Manager gives no answer, and may then have happened. */
export interface Secret {
  versions(): Promise<Versions>
  /** The text of a version, and when it was made; undefined while the version has none. */
  read(version: string): Promise<{ readonly text: string; readonly createdAt: EpochSeconds } | undefined>
  /** Makes a version with these staging labels; `taken` when there is one of that id with another text. */
  put(text: string, as: { readonly version: string; readonly label: string }): Promise<'put' | 'taken'>
  /** Moves a staging label: off `from`, which must have it, and onto `to`; rejects if that isn't so. */
  moveLabel(label: string, move: { readonly from?: string; readonly to?: string }): Promise<void>
  /** The versions that are AWSCURRENT and AWSPREVIOUS in one Region's copy. */
  copyIn(region: string): Promise<Pick<Versions, 'current' | 'previous'>>
}

/** Keys that never leave KMS, in this Region. */
export interface Kms {
  /** The public half in PEM and the one algorithm that CloudFront knows it by; rejects when it knows none. */
  publicKey(keyId: string): Promise<{ readonly pem: string; readonly algorithm: KmsAlgorithm }>
  sign(key: { readonly keyId: string; readonly algorithm: KmsAlgorithm }, message: Uint8Array): Promise<Uint8Array>
}
