import type { createHandler } from '../../edge/redeem/handler.ts'
import { manualClock } from '../support/machine/clock.ts'
import { startDistribution } from '../support/gate/distribution.ts'
import type { Place } from './run.ts'

/** Serves edges made by `createEdge`, which may be broken, and an api, on a store in memory; ends with the test. */
export async function placeWith(createEdge: typeof createHandler): Promise<Place> {
  const clock = manualClock()
  const { api, edges } = await startDistribution({ code: { createEdge }, clock })
  return { api, edges: Object.values(edges), clock }
}
