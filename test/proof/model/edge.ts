import type { Stage } from './rule.ts'
import { confusedClient, elsewhere, home } from './setup.ts'
import { openPhases, type Phase, type Request } from './world.ts'

/** One edge with one request on one stage. */
export interface Edge extends Stage {
  readonly request: Request
}

const open: ReadonlySet<Phase> = new Set(openPhases)

/** True while an edge works on the request. */
export function isOpen({ phase }: Request): boolean {
  return open.has(phase)
}

/** Gives up what an edge no longer waits for: writes under way stay so, answers come to nobody. */
export function letGo({ lanes }: Request): void {
  for (const lane of lanes) lane.status = lane.status === 'sent' || lane.status === 'late' ? 'late' : 'free'
}

/** May this edge ask this Region now? `routeFrom` in shared/route.ts. */
export function mayAsk({ setup, request }: Edge, region: number): boolean {
  if (setup.mode === 'strong') return true
  if (request.client === confusedClient(setup)) return region === elsewhere
  if (setup.removed === 'nearest-replica') return region === request.client % setup.regions
  if (setup.removed === 'failover' && request.hurt) return true
  return region === home
}

/** How a Region is called in what is told of steps: by its number, 0 being the home. */
export function nameOf(region: number): string {
  return String(region)
}
