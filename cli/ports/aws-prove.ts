import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

/** What `once prove` reads and does in AWS, beside what other commands do. */
export interface Proofs {
  /** Starts to create a stack; a failure keeps what was created. Rejects if there is a stack of this name. */
  createStack(name: string, template: string, region: Region): Promise<void>
  /** Whether a table's replica has an item, by an eventually consistent read. */
  hasItem(table: string, id: string, region: Region): Promise<boolean>
  /** Deletes one version of an object for good. */
  deleteVersion(
    object: { readonly bucket: string; readonly key: string; readonly versionId: string },
    region: Region,
  ): Promise<void>
  /** Returns a line of a log group that has this word, newer than `since`; undefined if there is none yet. */
  logLine(
    group: string,
    region: Region,
    wanted: { readonly word: string; readonly since: EpochMs },
  ): Promise<string | undefined>
  /** Writes a line to a log group, in a stream of its own. */
  writeLine(group: string, region: Region, line: { readonly text: string; readonly at: EpochMs }): Promise<void>
  /** Returns the sum of a metric of a deployment, in our namespace, since a time. */
  ownMetric(name: string, deployment: string, from: SumFrom): Promise<number>
  /** Returns how many messages of a queue were handled since a time, up to some minutes ago. */
  handledMessages(queue: string, from: SumFrom): Promise<number>
}

/** Where and since when a metric is summed. */
export interface SumFrom {
  readonly region: Region
  readonly since: EpochMs
}
