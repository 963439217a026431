import type { FileEndTarget, Scheduler } from '../table/schedule.ts'
import type { SchedulerPlace } from './sdk-scheduler.ts'

/** EventBridge Scheduler, by the SDK, which is loaded with the first schedule. */
function scheduler(place: SchedulerPlace): Scheduler {
  let loaded: Promise<Scheduler> | undefined
  return {
    async create(schedule) {
      loaded ??= import('./sdk-scheduler.ts').then(({ sdkScheduler }) => sdkScheduler(place))
      return (await loaded).create(schedule)
    },
  }
}

/** Scheduler in this Region, as the function's environment names its group; undefined if it names none. */
export function ownScheduler(region: string): Scheduler | undefined {
  const { SCHEDULE_GROUP: group, SCHEDULE_ROLE: role } = process.env
  return group && role ? scheduler({ region, group, role }) : undefined
}

/** The function that deletes files, as the function's environment names it; undefined without the setting `fileEnds`. */
export function ownFileEnds(): FileEndTarget | undefined {
  const { FILE_ENDS: target, FILE_ENDS_FAILED: deadLetters } = process.env
  return target && deadLetters ? { target, deadLetters } : undefined
}
