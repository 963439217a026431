import type { DynamoDBRecord } from 'aws-lambda'
import { rootErrorName } from '../../shared/errors.ts'
import { fileEndOf } from '../../shared/options/delete-file.ts'
import { linkOfItem } from '../../shared/table/link-item.ts'
import { type FileEndTarget, fileEndSchedule, type Schedule } from '../../shared/table/schedule.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { isOfStream, type StreamSource } from './link-event.ts'
import type { EventsPorts } from './ports.ts'

/**
 * Makes a schedule for the file of each link of these records that was used up, and so is over earlier than was known when it was issued.
 * Not of a revoked one, which may be a discarded attempt to issue another: its file goes when it would have ended. Never rejects, because
 * events don't wait for files: a file without such a schedule goes by that of its link, later. Returns the error of one that failed.
 */
export async function hastenFileEnds(
  records: readonly DynamoDBRecord[],
  {
    ports,
    source,
    now,
  }: {
    readonly ports: NonNullable<EventsPorts['fileEnds']>
    readonly source: StreamSource
    readonly now: EpochSeconds
  },
): Promise<string | undefined> {
  const schedules = records.flatMap(record => scheduleOf(record, { to: ports.to, source, now }) ?? [])
  const made = await Promise.allSettled(schedules.map(each => ports.scheduler.create(each)))
  const failed = made.find(each => each.status === 'rejected')
  return failed && rootErrorName(failed.reason)
}

function scheduleOf(
  { dynamodb }: DynamoDBRecord,
  { to, source, now }: { readonly to: FileEndTarget; readonly source: StreamSource; readonly now: EpochSeconds },
): Schedule | undefined {
  const { OldImage, NewImage } = dynamodb ?? {}
  if (OldImage === undefined || NewImage?.['deleteFile'] === undefined) return undefined
  const after = linkOfItem(NewImage)
  const end = fileEndOf(after)
  const isEarlier = end < fileEndOf(linkOfItem(OldImage))
  const isHastened = after.state !== 'revoked' && isEarlier
  return isHastened && isOfStream(after, source) ? fileEndSchedule(after, { end, now, to }) : undefined
}
