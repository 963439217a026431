import type { Scheduler } from '../table/schedule.ts'
import { ownConfig } from './process.ts'
import type { SchedulerPlace } from './sdk-scheduler.ts'

/** EventBridge Scheduler, by the SDK, which is loaded with the first schedule. */
function scheduler(place: SchedulerPlace): Scheduler {
  let loaded: Promise<Scheduler> | undefined
  return {
    async create(schedule) {
      loaded ??= import('./sdk-scheduler.ts').then(({ sdkScheduler }) => sdkScheduler(place, ownConfig('SCHEDULER')))
      return (await loaded).create(schedule)
    },
  }
}

/** Scheduler in this Region, as the function's environment names its group; undefined if it names none. */
export function ownScheduler(region: string): Scheduler | undefined {
  const { SCHEDULE_GROUP: group, SCHEDULE_ROLE: role } = process.env
  return group && role ? scheduler({ region, group, role }) : undefined
}
