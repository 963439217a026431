import { firstSuccess } from '../errors.ts'
import type { Link, LinkId } from '../link.ts'
import type { Region } from '../regions.ts'
import type { Route } from './route.ts'

/** Returns the current item of a link; undefined if it doesn't exist. Rejects if that can't be known. */
export type ReadLink = (id: LinkId) => Promise<Link | undefined>

/** Where a table is. */
interface Table {
  readonly mode: 'home' | 'strong'
  readonly homeRegions: readonly [Region, ...Region[]]
  readonly route: Route
}

/**
 * Returns the current item of a link, whose id `find` knows; undefined if it doesn't exist. In mode `strong` any replica is current. In
 * mode `home` only the home Region is, and the id doesn't name it. So this reads every Region and accepts only links whose home it is: a
 * copy from another Region may be older than the redemption. `find` reads strongly consistent; this rejects if a Region doesn't respond.
 */
export async function currentLink(
  find: (region: Region) => Promise<Link | undefined>,
  { mode, homeRegions, route }: Table,
): Promise<Link | undefined> {
  if (mode === 'strong') return callNearestReplica(route(homeRegions[0]), find)
  const copies = await Promise.all(
    homeRegions.map(async region => {
      const link = await find(region)
      return link?.homeRegion === region ? link : undefined
    }),
  )
  return copies.find(copy => copy !== undefined)
}

/** Calls `call` with the nearest Region, then the next, until one succeeds. For calls that may be repeated; rejects if all fail. */
export function callNearestReplica<T>(regions: readonly Region[], call: (region: Region) => Promise<T>): Promise<T> {
  return firstSuccess(regions, call, `none of ${regions.join(', ')} responded`)
}
