import type { Deployment } from '../../shared/settings/deployment.ts'
import type { LabelledVersions } from '../../shared/secrets/in-force.ts'
import type { Clock, EpochSeconds } from '../../shared/time.ts'

/** Ports and deployment of a keys function. */
export interface KeysContext {
  readonly ports: KeysPorts
  readonly deployment: Deployment
  /** Kind of the next signing key. */
  readonly keySpec: KeySpec
}

/** Kinds of keys that CloudFront verifies with: P-256 makes shorter URLs. RSA has 2048 bits. */
export type KeySpec = 'P-256' | 'RSA-2048'

/** Returns the time that this invocation has left, in milliseconds. */
export type TimeLeft = () => number

/** What the keys functions need from outside. `main.ts` passes the real ones. */
export interface KeysPorts {
  readonly clock: Clock
  /** Returns `length` unpredictable bytes. */
  readonly random: (length: number) => Uint8Array
  /** Makes a new, unpredictable key pair, in PEM: SPKI and PKCS#8. */
  readonly keyPair: (spec: KeySpec) => { readonly publicKey: string; readonly privateKey: string }
  readonly cloudfront: CloudFront
  readonly secret: Secret
  /** Writes one line of JSON and nothing else. Never a key. */
  readonly log: (line: object) => void
}

/** A public key at CloudFront. */
export interface PublicKey {
  /** `Key-Pair-Id` in signed URLs. */
  readonly id: string
  readonly name: string
  readonly createdAt: EpochSeconds
}

/** A key group as a read returned it. */
export interface KeyGroup {
  readonly id: string
  readonly name: string
  /** Ids of the public keys in the group. */
  readonly keyIds: readonly string[]
  readonly modifiedAt: EpochSeconds
  /** Version of this state: a change of the group names the version that it has read. */
  readonly etag: string
}

/** A distribution that trusts a key group. */
export interface Distribution {
  readonly id: string
  /** True if its last change has reached all of CloudFront's edges. */
  readonly deployed: boolean
}

/** Public keys and key groups. Without a response of CloudFront each call rejects, and may have happened. */
export interface CloudFront {
  /** Creates a public key from PEM and returns its id. If the name exists already, returns the id of that key. */
  createPublicKey(name: string, pem: string): Promise<string>
  /** Returns the public key in PEM; undefined if no key has that id. */
  publicKey(id: string): Promise<string | undefined>
  /** Returns every public key of this account, also those of other deployments. */
  publicKeys(): Promise<readonly PublicKey[]>
  /** Deletes a public key. A key that doesn't exist counts as deleted. */
  deletePublicKey(id: string): Promise<'deleted' | 'in-use'>
  /** Returns the key group of that name, if there is one. */
  keyGroup(name: string): Promise<KeyGroup | undefined>
  /** Creates a key group, unless the name exists already. */
  createKeyGroup(name: string, keyIds: readonly string[]): Promise<void>
  /** Replaces the keys in a group, if nothing has changed it since it was read. */
  updateKeyGroup(group: KeyGroup, keyIds: readonly string[]): Promise<'updated' | 'changed-meanwhile'>
  /** Deletes a key group. A group that doesn't exist counts as deleted. */
  deleteKeyGroup(group: KeyGroup): Promise<'deleted' | 'in-use'>
  /** Returns the distributions that trust a group. */
  distributionsOf(groupId: string): Promise<readonly Distribution[]>
}

/** Versions of the secret that have a staging label. */
export interface Versions extends LabelledVersions {
  /** The AWSPENDING version, which a rotation prepares; undefined if it is AWSCURRENT already. */
  readonly pending: string | undefined
}

/** The deployment's secret. Without a response of Secrets Manager each call rejects, and may have happened. */
export interface Secret {
  /** Returns the versions at the primary. */
  versions(): Promise<Versions>
  /** Returns the text of a version and when it was created; undefined while the version has no text. */
  read(version: string): Promise<{ readonly text: string; readonly createdAt: EpochSeconds } | undefined>
  /** Creates a version with this staging label. Returns `taken` if the id exists already with another text. */
  put(text: string, as: { readonly version: string; readonly label: string }): Promise<'put' | 'taken'>
  /** Moves a staging label from version `from` to version `to`. Rejects if `from` doesn't have it. */
  moveLabel(label: string, move: { readonly from?: string; readonly to?: string }): Promise<void>
  /** Returns the AWSCURRENT and AWSPREVIOUS versions of one Region's copy. */
  copyIn(region: string): Promise<Pick<Versions, 'current' | 'previous'>>
}
