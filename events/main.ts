import type { Deployment } from '../shared/deployment.ts'
import { assert } from '../shared/errors.ts'
import { eventBridge } from './adapters/event-bridge.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, which the bundler inlines here. */
declare const DEPLOYMENT: Deployment

const { AWS_REGION: here, EVENT_BUS: bus, EVENT_BUS_REGION: busRegion } = process.env
assert(here && bus && busRegion, 'set EVENT_BUS and EVENT_BUS_REGION to the bus that receives events')
const { name, mode } = DEPLOYMENT

/** The function that reads the table's stream: in mode `home` one in each home Region, in mode `strong` only one. */
export const handler = createHandler(
  { clock: systemClock, bus: eventBridge(bus, busRegion), log: line => console.log(JSON.stringify(line)) },
  { deployment: name, mode, here },
)
