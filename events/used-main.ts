import { assert } from '../shared/errors.ts'
import { eventBridge } from './adapters/event-bridge.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createLogHandler } from './used-link.ts'

// The template contains this whole function (`bundleInline` in infra/bundle.ts). It sets these variables in the
// environment or replaces these expressions, so each is written out in full.
const edgeRegion = process.env['AWS_REGION']
const deployment = process.env['DEPLOYMENT_NAME']
const bus = process.env['EVENT_BUS']
const busRegion = process.env['EVENT_BUS_REGION']
assert(edgeRegion && deployment && bus && busRegion, 'set DEPLOYMENT_NAME, EVENT_BUS and EVENT_BUS_REGION')

/** The function that is subscribed to the edge's log, in each Region where the edge function runs. */
export const handler = createLogHandler(
  { clock: systemClock, bus: eventBridge(bus, busRegion), log: line => console.log(JSON.stringify(line)) },
  { deployment, edgeRegion },
)
