import type { Region } from '../../shared/regions.ts'

/** What `once prove` reads and does in AWS, beside what other commands do. */
export interface Proofs {
  /** Starts to create a stack; a failure keeps what was created. Rejects if there is a stack of this name. */
  createStack(name: string, template: string, region: Region): Promise<void>
  /**
   * Returns the entries of the newest files of a bucket of access logs, at most 1000 of 20 files; none if there is no such bucket.
   */
  logEntries(bucket: string, region: Region): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Writes an item on a condition that is false. Rejects unless DynamoDB refuses it for that. */
  refusedWrite(table: string, region: Region): Promise<void>
  /** Returns the write units that a table's replica used since a time, as CloudWatch knows them. */
  writeUnits(table: string, region: Region, since: number): Promise<number>
}
