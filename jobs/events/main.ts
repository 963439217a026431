import { deployment } from '../../shared/aws/deployment.ts'
import { repeatingEventBridge } from '../../shared/aws/event-bridge.ts'
import { logLine, printLine, systemClock } from '../../shared/aws/process.ts'
import { assert } from '../../shared/errors.ts'
import { metricLine } from '../../shared/metrics.ts'
import { createHandler } from './handler.ts'
import { type LogLine, requestMs } from './ports.ts'

const { AWS_REGION: here, EVENT_BUS: bus, EVENT_BUS_REGION: busRegion } = process.env
assert(here, 'Lambda sets AWS_REGION')
assert((bus === undefined) === (busRegion === undefined), 'set both EVENT_BUS and EVENT_BUS_REGION, or none')
const { name, mode } = deployment

/**
 * The function that reads the table's stream: in mode `home` one in each home Region, in mode `strong` only one. It publishes
 * only if EVENT_BUS is set.
 */
export const handler = createHandler(
  {
    clock: systemClock,
    ...(bus && busRegion && { bus: { put: repeatingEventBridge(bus, busRegion, requestMs) } }),
    log,
  },
  { deployment: name, mode, here },
)

/** Prints a line with its metrics, or without if it counts nothing; nothing if it has no error either. */
function log({ counts, ...line }: LogLine): void {
  const isCounted = Object.keys(counts).length > 0
  if (isCounted) printLine(metricLine({ deployment: name, now: systemClock.now() }, counts, line))
  else if (line.error !== undefined) logLine(line)
}
