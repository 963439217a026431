import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

/** The version of a secret that is in force in one Region; nothing of its value. */
export interface SecretVersion {
  /** The id of AWSCURRENT; the same in every Region whose copy is up to date. */
  readonly current: string
  /** The id of AWSPREVIOUS; undefined if there never was another version. */
  readonly previous: string | undefined
  readonly createdAt: EpochMs
}

/** What a copy of a table can be made from: any second of a range, or, once the table is deleted, its last backup. */
export type TableSource =
  | { readonly kind: 'range'; readonly from: EpochMs; readonly to: EpochMs }
  | { readonly kind: 'backup'; readonly arn: string; readonly at: EpochMs }

/** A copy of a table to be made. */
export interface TableCopy {
  readonly source: TableSource
  /** A time within the range; with a backup, that of the backup. */
  readonly at: EpochMs
  readonly name: string
  /** The KMS key that encrypts it. @default the one that DynamoDB owns */
  readonly kmsKey: string | undefined
}

/** What `once restore` reads and does, beside what other commands do. */
export interface Restores {
  /** Returns the version of the secret in force in a Region; undefined if it has no copy. */
  secretVersion(name: string, region: Region): Promise<SecretVersion | undefined>
  /** Calls the function that invalidates every link; resolves to the slot of the new MAC key. Rejects if it fails. */
  invalidateLinks(functionName: string, region: Region): Promise<number>
  /** Returns what a table can be restored from; undefined without recovery and without a backup. */
  source(table: string, region: Region): Promise<TableSource | undefined>
  /** Starts to make the copy; the table `name` becomes ACTIVE when it is complete. */
  copy(table: string, region: Region, copy: TableCopy): Promise<void>
}
