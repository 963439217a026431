import type { LinkId } from '../link.ts'
import type { EpochSeconds } from '../time.ts'

/** A call of a function about a link, once. */
export interface Schedule {
  /** No other schedule ever has it: 1 to 64 characters out of A-Z a-z 0-9 - _ and the dot. */
  readonly name: string
  /** In the future. The call comes within a minute after it, and may come twice. */
  readonly at: EpochSeconds
  /** The ARN of the function, which gets `Scheduled`. */
  readonly target: string
  readonly id: LinkId
}

/** What a function gets of a schedule. */
export type Scheduled = Pick<Schedule, 'id'>

/** Makes schedules. Rejects if there may be none: the service refuses it, is throttled, or doesn't respond. */
export interface Scheduler {
  create(schedule: Schedule): Promise<void>
}
