import type { Stage } from './rule.ts'
import { confusedClient, elsewhere, home } from './setup.ts'
import { openPhases } from './fields.ts'
import type { Lane, Phase, Request } from './state.ts'

/** An edge that works on one request. */
export interface Edge extends Stage {
  readonly request: Request
}

const open: ReadonlySet<Phase> = new Set(openPhases)

/** Returns true while an edge works on the request. */
export function isOpen({ phase }: Request): boolean {
  return open.has(phase)
}

/** Returns all writes of a request that may be under way. */
export function writesOf({ lanes, reservation }: Request): readonly Lane[] {
  return reservation === undefined ? lanes : [...lanes, reservation]
}

/** Stops waiting for the writes of a request: they stay under way, and their responses are dropped. */
export function abandonWrites(request: Request): void {
  for (const lane of writesOf(request)) lane.status = lane.status === 'sent' || lane.status === 'late' ? 'late' : 'free'
}

/** Returns whether this edge may call this Region now. `routeFrom` in shared/table/route.ts. */
export function mayAsk({ setup, request }: Edge, region: number): boolean {
  if (setup.mode === 'strong') return true
  if (request.client === confusedClient(setup)) return region === elsewhere
  if (setup.removed === 'nearest-replica' || setup.removed === 'home-only')
    return region === request.client % setup.regions
  if (setup.removed === 'failover' && request.hurt) return true
  return region === home
}

/** Returns the name of a Region in steps: its number, 0 for the home. */
export function nameOf(region: number): string {
  return String(region)
}
