import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

// A Region that AWS names may be one that `Region` lacks: a string.

/** One Region's replica of a global table, or a table without replicas. */
export interface Table {
  readonly status: string
  /** The Regions of all replicas, including this one. */
  readonly replicas: readonly string[]
  /** DynamoDB's status of each replica that it lists, by Region; the own one may be absent. */
  readonly replicaStatus: Readonly<Record<string, string>>
  /** Whether the table is strongly consistent across Regions. */
  readonly strong: boolean
  readonly deletionProtected: boolean
  /** Its resource policy, as JSON text; undefined if it has none. */
  readonly policy: string | undefined
  /** Its KMS key; undefined with the one that DynamoDB owns. */
  readonly kmsKey: string | undefined
}

/** An S3 bucket. */
export interface Bucket {
  readonly versioned: boolean
  /** Fewest days after which its lifecycle deletes an old version of some object; undefined if it never does. */
  readonly oldVersionDays: number | undefined
  /** Whether its lifecycle aborts uploads that nobody completes, of some objects at least. */
  readonly abortsUploads: boolean
  /** Whether a CORS rule lets pages send parts of uploads: PUT, with a checksum; maybe pages of some origins only. */
  readonly takesUploads: boolean
  /** Whether all four settings of S3 Block Public Access are on. */
  readonly blocksPublicAccess: boolean
  /** Its policy, as JSON text; undefined if it has none. */
  readonly policy: string | undefined
  /** Its default KMS key; undefined with S3's own. */
  readonly kmsKey: string | undefined
}

/** GuardDuty's plan for a bucket. */
export interface ScanPlan {
  readonly bucket: string
  /** `ACTIVE`, or `WARNING` or `ERROR` for GuardDuty's reasons. */
  readonly status: string
  readonly reasons: readonly string[]
}

/** One Region's copy of a secret, never its value. */
export interface Secret {
  /** Set if it is scheduled for deletion; it then costs nothing. */
  readonly deletedAt: EpochMs | undefined
  /** The copies and their replication status; empty in all Regions but the primary's. */
  readonly copies: readonly { readonly region: string; readonly status: string }[]
  readonly rotates: boolean
  /** Such as `rate(30 days)`. */
  readonly schedule: string | undefined
  /** When it was last rotated; if never, when it was created. */
  readonly changedAt: EpochMs | undefined
  /** Its KMS key; undefined with the AWS managed one. */
  readonly kmsKey: string | undefined
}

/** A KMS key. */
export interface KmsKey {
  /** Such as `Enabled` or `PendingDeletion`. */
  readonly state: string
  /** Whether it is a customer managed key. */
  readonly isCustomers: boolean
}

/** Tables of DynamoDB. */
export interface Tables {
  describe(name: string, region: Region): Promise<Table | undefined>
  /** Turns deletion protection on. Returns false if DynamoDB refuses, because another change goes on. */
  protect(name: string, region: Region): Promise<boolean>
  /** Turns deletion protection off. Returns false if DynamoDB refuses, because another change goes on. */
  unprotect(name: string, region: Region): Promise<boolean>
  /** Returns the names of all tables that begin like this. */
  named(prefix: string, region: Region): Promise<readonly string[]>
  remove(name: string, region: Region): Promise<void>
}

/** Buckets of S3. */
export interface Buckets {
  /** Returns the names of all buckets of the account. */
  names(): Promise<readonly string[]>
  describe(name: string, region: Region): Promise<Bucket | undefined>
  /** Returns a plan of GuardDuty, by its id. */
  scanPlan(id: string, region: Region): Promise<ScanPlan | undefined>
  /** Deletes some object versions or unfinished uploads; returns how many, 0 if the bucket is empty or doesn't exist. */
  emptySome(name: string, region: Region): Promise<number>
}

/** Secrets of Secrets Manager. */
export interface Secrets {
  describe(name: string, region: Region): Promise<Secret | undefined>
  /** Returns CloudFront's id of the key that AWSCURRENT has. Rejects if the secret is malformed, without repeating any of it. */
  currentKeyId(name: string, region: Region): Promise<string>
  /** Deletes it at once, with its copies, instead of after a month. */
  remove(name: string, region: Region): Promise<void>
}

/** Keys of KMS. */
export interface Kms {
  describe(keyId: string, region: Region): Promise<KmsKey | undefined>
  /** Returns the policy of a key, as JSON text. */
  policy(keyId: string, region: Region): Promise<string | undefined>
  /** Deletes the key in a week. Until then the deletion can be cancelled, and the key costs nothing. */
  scheduleDeletion(keyId: string, region: Region): Promise<void>
}
