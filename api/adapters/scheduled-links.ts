import type { Link } from '../../shared/link.ts'
import { fileEndOf } from '../../shared/options/delete-file.ts'
import { type FileEndTarget, fileEndSchedule, type Schedule, type Scheduler } from '../../shared/table/schedule.ts'
import type { LinkStore } from '../ports.ts'

/** The functions that schedules of links call, by their ARNs. */
export interface ScheduledFunctions {
  /** Says that a link was not opened. @default links have no reminders */
  readonly reminder?: string | undefined
  /** Deletes the file of a link that is over. @default files stay */
  readonly fileEnd?: FileEndTarget | undefined
}

/**
 * Returns the store, which makes the schedules of a link before it puts the link: so each link has them, and a schedule whose link was
 * not put finds none. If Scheduler fails, the link is not put: its sender gets 503, and a repeat goes on.
 */
export function scheduledLinks(store: LinkStore, scheduler: Scheduler, functions: ScheduledFunctions): LinkStore {
  return {
    ...store,
    async put(link, region) {
      await Promise.all(schedulesOf(link, functions).map(each => scheduler.create(each)))
      return store.put(link, region)
    },
  }
}

/** Returns the schedules of a link; none of one that is put because it has ended. */
function schedulesOf(link: Link, { reminder, fileEnd }: ScheduledFunctions): readonly Schedule[] {
  const { id, state, remindAt, deleteFile, issuedAt } = link
  if (state === 'revoked') return []
  const hasReminder = remindAt !== undefined && reminder !== undefined
  const hasEnd = deleteFile !== undefined && fileEnd !== undefined
  return [
    ...(hasReminder ? [{ name: `r-${id}`, at: remindAt, target: reminder, id }] : []),
    ...(hasEnd ? [fileEndSchedule(link, { end: fileEndOf(link), now: issuedAt, to: fileEnd })] : []),
  ]
}
