import type { Link, LinkId } from '../link.ts'
import { type EpochSeconds, plusSeconds } from '../time.ts'

/** A call of a function about a link, once. */
export interface Schedule {
  /** No other schedule ever has it: 1 to 64 characters out of A-Z a-z 0-9 - _ and the dot. */
  readonly name: string
  /** In the future. The call comes within a minute after it, and may come twice. */
  readonly at: EpochSeconds
  /** The ARN of the function, which gets `Scheduled`. */
  readonly target: string
  readonly id: LinkId
  /** The ARN of the queue that gets `Scheduled` if the call fails for a day. @default it is lost */
  readonly deadLetters?: string | undefined
}

/** What a function gets of a schedule. */
export type Scheduled = Pick<Schedule, 'id'>

/** Makes schedules. May be repeated. Rejects if there may be none: the service refuses it, is throttled, or doesn't respond. */
export interface Scheduler {
  create(schedule: Schedule): Promise<void>
}

/** The function that asks whether the file of a link may go, and deletes it. */
export type FileEndTarget = Required<Pick<Schedule, 'target' | 'deadLetters'>>

/** Returns the schedule that asks about the file of a link at `end`, or in a minute if that has passed: exact to a minute. */
export function fileEndSchedule(
  { id }: Pick<Link, 'id'>,
  { end, now, to }: { readonly end: EpochSeconds; readonly now: EpochSeconds; readonly to: FileEndTarget },
): Schedule {
  const at = Math.max(end, plusSeconds(now, 60)) as EpochSeconds
  return { name: `f-${id}.${at}.${now}`, at, id, ...to }
}
