import type { Deployment } from './deployment.ts'
import { byDistance } from './distance.ts'
import { isRegion, type Region } from './regions.ts'

/** The Regions that may be asked about a link with this home, in the order in which they are. Never empty. */
export type Route = (homeRegion: Region) => readonly Region[]

/**
 * One winner across Regions hangs on this: in mode `home` a link's home is asked and no other Region, however long it is
 * away; in mode `strong` all replicas are one register, so the nearest is asked first and the others when it fails.
 * `here` is the Region in which the function runs.
 */
export function routeFrom(here: string | undefined, deployment: Deployment): Route {
  const { mode, homeRegions, nearestReplica } = deployment
  if (mode === 'home') return homeRegion => [homeRegion]
  const chosen = here !== undefined && isRegion(here) ? nearestReplica[here] : undefined
  const byReach = byDistance(homeRegions, here)
  const replicas = chosen === undefined ? byReach : [chosen, ...byReach.filter(region => region !== chosen)]
  return () => replicas
}
