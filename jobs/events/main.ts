import type { Context, DynamoDBStreamEvent } from 'aws-lambda'
import { deployment } from '../../shared/aws/deployment.ts'
import { repeatingEventBridge } from '../../shared/aws/event-bridge.ts'
import { linkReader } from '../../shared/aws/link-reader.ts'
import { logLine, printLine, systemClock } from '../../shared/aws/process.ts'
import type { Scheduled } from '../../shared/table/schedule.ts'
import { ownFileEnds, ownScheduler } from '../../shared/aws/scheduler.ts'
import { assert } from '../../shared/errors.ts'
import { metricLine } from '../../shared/metrics.ts'
import { createFileReceived, type ReceivedFile } from './file-received.ts'
import { createFileRefused, type RefusedFile } from './file-refused.ts'
import { createHandler } from './handler.ts'
import { createReminder } from './remind.ts'
import { type LogLine, requestMs } from './ports.ts'

const { AWS_REGION: here, EVENT_BUS: bus, EVENT_BUS_REGION: busRegion } = process.env
assert(here, 'Lambda sets AWS_REGION')
assert((bus === undefined) === (busRegion === undefined), 'set both EVENT_BUS and EVENT_BUS_REGION, or none')
const { name, mode, reminders, scan, uploadApi } = deployment

const published = bus && busRegion ? { bus: { put: repeatingEventBridge(bus, busRegion, requestMs) } } : undefined
const scheduler = ownScheduler(deployment.homeRegions[0])
const to = ownFileEnds()
const fileEnds = scheduler && to && { scheduler, to }
const readStream = createHandler({ clock: systemClock, ...published, fileEnds, log }, { deployment: name, mode, here })
const reading = published && { clock: systemClock, ...published, read: linkReader(deployment, here) }
const remind = reading && reminders ? createReminder(reading, name) : undefined
const receiveFile = reading && uploadApi ? createFileReceived(reading, name) : undefined
const refuseFile = published && scan ? createFileRefused({ clock: systemClock, ...published }, name) : undefined

/**
 * The function that reads the table's stream: in mode `home` one in each home Region, in mode `strong` only one. That in the first home
 * Region is also called by the schedules of reminders, when GuardDuty finds something in a file, and when S3 has the file of a link. It
 * publishes only if EVENT_BUS is set.
 */
export const handler = async (
  event: DynamoDBStreamEvent | Scheduled | RefusedFile | ReceivedFile,
  context: Context,
) => {
  if ('Records' in event) return readStream(event, context)
  if ('versionId' in event) return refuseFile?.(event, context)
  return 'key' in event ? receiveFile?.(event, context) : remind?.(event, context)
}

/** Prints a line with its metrics, or without if it counts nothing; nothing if it has no error either. */
function log({ counts, ...line }: LogLine): void {
  const isCounted = Object.keys(counts).length > 0
  if (isCounted) printLine(metricLine({ deployment: name, now: systemClock.now() }, counts, line))
  else if (line.error !== undefined) logLine(line)
}
