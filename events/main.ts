import type { Deployment } from '../shared/deployment.ts'
import { assert } from '../shared/errors.ts'
import { eventBridge } from './adapters/event-bridge.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, put here by the bundler, as at the edge. */
declare const DEPLOYMENT: Deployment

const { AWS_REGION: here, EVENT_BUS: bus, EVENT_BUS_REGION: busRegion } = process.env
assert(here && bus && busRegion, 'EVENT_BUS and EVENT_BUS_REGION say which bus is told')
const { name, mode } = DEPLOYMENT

/** The function behind the stream of the links' table: in mode `home` one in each home Region, in `strong` one in all. */
export const handler = createHandler(
  { clock: systemClock, bus: eventBridge(bus, busRegion), log: line => console.log(JSON.stringify(line)) },
  { deployment: name, mode, here },
)
