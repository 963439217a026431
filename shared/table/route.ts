import { isRegion, type Region } from '../regions.ts'

/** Returns the Regions that may be called about a link with this home Region, in order. Never empty. */
export type Route = (homeRegion: Region) => readonly Region[]

/** What a route depends on, of the settings of a deployment. */
interface Replicas {
  readonly mode: 'home' | 'strong'
  readonly homeRegions: readonly Region[]
  readonly nearestReplica: Readonly<Partial<Record<Region, Region>>>
}

/**
 * Creates the route of a function that runs in Region `here`. That at most one viewer wins depends on it. In mode
 * `home` only the link's home Region is called, however long it is unavailable. In mode `strong` all replicas are one
 * register, so the nearest is called first and, if it fails, the others.
 */
export function routeFrom(here: string | undefined, deployment: Replicas): Route {
  const { mode, homeRegions, nearestReplica } = deployment
  if (mode === 'home') return homeRegion => [homeRegion]
  const chosen = here !== undefined && isRegion(here) ? nearestReplica[here] : undefined
  const nearestFirst = byDistance(homeRegions, here)
  const replicas = chosen === undefined ? nearestFirst : [chosen, ...nearestFirst.filter(region => region !== chosen)]
  return () => replicas
}

/** Rough position of a Region's zones, in degrees north and east. */
type Place = readonly [number, number]

/**
 * Positions of all Regions in which Lambda@Edge runs, also of those that can't have a strongly consistent replica.
 * Distance is only an estimate of latency: a deployment that has measured can set `nearestReplica`.
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

/** Returns the Regions, nearest to `here` first; in their own order if this version doesn't know `here`. */
export function byDistance(all: readonly Region[], here: string | undefined): readonly Region[] {
  if (here === undefined || !isRegion(here)) return all
  const from = places[here]
  return all.toSorted((a, b) => angle(from, places[a]) - angle(from, places[b]))
}

/** Returns the angle between two places as seen from the centre of the Earth, in radians. */
function angle([northA, eastA]: Place, [northB, eastB]: Place): number {
  const [a, b, east] = [northA, northB, eastB - eastA].map(degrees => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ]
  return Math.acos(Math.min(1, Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(east)))
}
