import { deployment } from '../../shared/aws/deployment.ts'
import { linkReader } from '../../shared/aws/link-reader.ts'
import { logLine, printLine, systemClock } from '../../shared/aws/process.ts'
import { ownFileEnds, ownScheduler } from '../../shared/aws/scheduler.ts'
import { assert } from '../../shared/errors.ts'
import { metricLine } from '../../shared/metrics.ts'
import { s3Files } from './adapters/s3.ts'
import { createHandler } from './handler.ts'
import type { LogLine } from './ports.ts'

const { AWS_REGION: here, BUCKET: bucket } = process.env
assert(here && bucket, 'set BUCKET to the bucket of the files')
const scheduler = ownScheduler(here)
const target = ownFileEnds()
assert(scheduler && target, 'set SCHEDULE_GROUP, SCHEDULE_ROLE, FILE_ENDS and FILE_ENDS_FAILED')

/** The function that deletes the file of a link that is over, in the Region of the files; see `createHandler`. */
export const handler = createHandler({
  clock: systemClock,
  read: linkReader(deployment, here),
  files: s3Files(bucket, { region: here }),
  scheduler,
  target,
  log,
})

/** Prints a line, and counts a file that nothing deletes. */
function log(line: LogLine): void {
  if (line.outcome !== 'kept') return logLine(line)
  printLine(metricLine({ deployment: deployment.name, now: systemClock.now() }, { FilesKept: 1 }, line))
}
