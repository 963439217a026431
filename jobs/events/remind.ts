import { isLocked, latestUse, type Link } from '../../shared/link.ts'
import type { Scheduled } from '../../shared/table/schedule.ts'
import { type EpochMs, hasPassed, rfc3339 } from '../../shared/time.ts'
import { publishOne } from './handler.ts'
import { publicFields } from './link-event.ts'
import type { LinkEvent, ReadingPorts, TimeLeft } from './ports.ts'

/** Says that a link was not opened. Rejects if the event may not be on the bus: then Lambda calls it twice more. */
export type ReminderHandler = (event: Scheduled, context: TimeLeft) => Promise<void>

/**
 * Creates the function that a schedule calls at the time of a link's reminder. It reads the link as it is now, and publishes `Link
 * unopened` if that still works and was not used. Called twice, it publishes the same event twice.
 */
export function createReminder({ read, ...ports }: ReadingPorts, deployment: string): ReminderHandler {
  return async ({ id }, context) => {
    const now = ports.clock.now()
    const link = await read(id)
    const event = link && reminderOf(link, deployment, now)
    if (event !== undefined) await publishOne(event, ports, context)
  }
}

/** Returns the event; undefined of a link that was used or has ended, or has no reminder. */
function reminderOf(link: Link, deployment: string, now: EpochMs): LinkEvent | undefined {
  const { state = 'live', remindAt, expiresAt, id } = link
  const isOpen = state === 'live' && latestUse(link) === undefined && !isLocked(link) && !hasPassed(expiresAt, now)
  if (remindAt === undefined || !isOpen) return undefined
  const detail = { deployment, ...publicFields(link, undefined), at: rfc3339(remindAt), eventId: `${id}-unopened` }
  return { type: 'Link unopened', at: remindAt, detail }
}
