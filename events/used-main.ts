import { assert } from '../shared/errors.ts'
import { eventBridge } from './adapters/event-bridge.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createLogHandler } from './used-link.ts'

// The whole function stands in a template (`bundleInline` in infra/bundle.ts), which also says these, in the environment or
// by putting them in their place: so each is named in full.
const edgeRegion = process.env['AWS_REGION']
const deployment = process.env['DEPLOYMENT_NAME']
const bus = process.env['EVENT_BUS']
const busRegion = process.env['EVENT_BUS_REGION']
assert(edgeRegion && deployment && bus && busRegion, 'DEPLOYMENT_NAME, EVENT_BUS and EVENT_BUS_REGION say whom to tell')

/** The function that is subscribed to the edge's log, in each Region in which the edge function runs. */
export const handler = createLogHandler(
  { clock: systemClock, bus: eventBridge(bus, busRegion), log: line => console.log(JSON.stringify(line)) },
  { deployment, edgeRegion },
)
