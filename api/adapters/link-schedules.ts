import { fileEndOf } from '../../shared/options/delete-file.ts'
import { type FileEndTarget, fileEndSchedule, type Schedule, type Scheduler } from '../../shared/table/schedule.ts'
import { type Clock, hasPassed, secondsOf } from '../../shared/time.ts'
import type { LinkSchedules } from '../ports.ts'

/** The functions that schedules of links call. */
export interface ScheduledFunctions {
  /** Says that a link was not opened: its ARN. @default links have no reminders */
  readonly reminder?: string | undefined
  /** Deletes the file of a link that is over. @default files stay */
  readonly fileEnd?: FileEndTarget | undefined
}

/** Makes the schedules of links. A link without reminder and end of its file needs none. */
export function linkSchedules(
  scheduler: Scheduler,
  clock: Pick<Clock, 'now'>,
  { reminder, fileEnd }: ScheduledFunctions,
): LinkSchedules {
  return {
    async make(link) {
      const { id, remindAt } = link
      const now = clock.now()
      const schedules: Schedule[] = []
      if (remindAt !== undefined && reminder !== undefined && !hasPassed(remindAt, now)) {
        schedules.push({ name: `r-${id}`, at: remindAt, target: reminder, id })
      }
      if (link.deleteFile !== undefined && fileEnd !== undefined) {
        const asked = fileEndSchedule(link, { end: fileEndOf(link), now: secondsOf(now), to: fileEnd })
        schedules.push({ ...asked, name: `f-${id}` }) // a repeat finds it
      }
      await Promise.all(schedules.map(each => scheduler.create(each)))
    },
  }
}
