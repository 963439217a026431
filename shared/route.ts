import type { Deployment } from './deployment.ts'
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

/** Where a Region's zones are, roughly: degrees north and east. */
type Place = readonly [number, number]

/**
 * From which Region to which is near. Every Region in which Lambda@Edge runs is here, also those that can't hold a
 * strongly consistent replica. Distance only stands in for latency; a deployment that measured can say otherwise.
 */
const places: Readonly<Record<Region, Place>> = {
  'us-east-1': [38.9, -77.4],
  'us-east-2': [40, -83],
  'us-west-1': [37.4, -121.9],
  'us-west-2': [45.8, -119.7],
  'ca-central-1': [45.5, -73.6],
  'sa-east-1': [-23.5, -46.6],
  'eu-west-1': [53.3, -6.3],
  'eu-west-2': [51.5, -0.1],
  'eu-west-3': [48.9, 2.4],
  'eu-central-1': [50.1, 8.7],
  'eu-north-1': [59.3, 18.1],
  'eu-south-2': [41.6, -0.9],
  'ap-south-1': [19.1, 72.9],
  'ap-southeast-1': [1.4, 103.8],
  'ap-southeast-2': [-33.9, 151.2],
  'ap-northeast-1': [35.7, 139.7],
  'ap-northeast-2': [37.6, 127],
  'ap-northeast-3': [34.7, 135.5],
}

/** `all`, nearest to `here` first; in their own order when `here` is no Region we know. */
export function byDistance(all: readonly Region[], here: string | undefined): readonly Region[] {
  if (here === undefined || !isRegion(here)) return all
  const from = places[here]
  return all.toSorted((a, b) => angle(from, places[a]) - angle(from, places[b]))
}

/** The angle between two places as seen from the centre of the Earth, in radians. */
function angle([northA, eastA]: Place, [northB, eastB]: Place): number {
  const [a, b, east] = [northA, northB, eastB - eastA].map(degrees => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ]
  return Math.acos(Math.min(1, Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(east)))
}
