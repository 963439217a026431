import type { Link } from '../../shared/link.ts'
import { fileEndOf } from '../../shared/options/delete-file.ts'
import type { ReadLink } from '../../shared/table/current-link.ts'
import { fileEndSchedule, type Scheduled } from '../../shared/table/schedule.ts'
import { type EpochSeconds, hasPassed, secondsOf } from '../../shared/time.ts'
import type { FileEndsPorts, LogLine } from './ports.ts'

/**
 * Creates the function that a schedule calls when the file of a link may go. It asks the table, whatever the schedule says: so one that is
 * early, late, doubled or about no link at all does no harm. Rejects if the table, S3 or Scheduler fails: then Lambda calls it twice more.
 */
export function createHandler(ports: FileEndsPorts): (event: Scheduled) => Promise<void> {
  return async ({ id }) => {
    const startedAt = ports.clock.now()
    const link = await ports.read(id)
    const outcome = link === undefined ? 'kept' : await endFile(link, ports)
    ports.log({ outcome, linkId: id, ms: ports.clock.now() - startedAt })
  }
}

async function endFile(link: Link, ports: FileEndsPorts): Promise<LogLine['outcome']> {
  const { key, versionId, deleteFile } = link
  const end = await endOfAll(link, ports.read)
  if (deleteFile === undefined || versionId === undefined || end === undefined) return 'kept'
  const now = ports.clock.now()
  if (!hasPassed(end, now)) {
    await ports.scheduler.create(fileEndSchedule(link, { end, now: secondsOf(now), to: ports.target }))
    return 'moved'
  }
  await ports.files.deleteVersion({ key, versionId })
  return 'deleted'
}

/** Returns the first moment at which neither a link nor those in its place need the file; undefined if the item of one is not there. */
async function endOfAll(link: Link, read: ReadLink): Promise<EpochSeconds | undefined> {
  const own = fileEndOf(link)
  if (link.replacedBy === undefined) return own
  const next = await read(link.replacedBy)
  const later = next && (await endOfAll(next, read))
  return later === undefined || later > own ? later : own
}
