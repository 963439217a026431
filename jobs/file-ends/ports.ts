import type { Link, LinkId } from '../../shared/link.ts'
import type { ReadLink } from '../../shared/table/current-link.ts'
import type { FileEndTarget, Scheduler } from '../../shared/table/schedule.ts'
import type { Clock } from '../../shared/time.ts'

/** The bucket of the files. */
export interface Files {
  /** Deletes one version for good. Does nothing if it is not there. Rejects if S3 refuses, as for one under Object Lock, or doesn't respond. */
  deleteVersion(file: Required<Pick<Link, 'key' | 'versionId'>>): Promise<void>
}

/** What the function needs from outside. */
export interface FileEndsPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly read: ReadLink
  readonly files: Files
  readonly scheduler: Scheduler
  /** This function, for its next schedule. */
  readonly target: FileEndTarget
  readonly log: (line: LogLine) => void
}

/** One line for each call. */
export interface LogLine {
  /** `kept`: there is no item that says when the file may go, so nothing ever deletes it. */
  readonly outcome: 'deleted' | 'moved' | 'kept'
  readonly linkId: LinkId
  readonly ms: number
}
