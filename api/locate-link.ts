import { firstSuccess } from '../shared/errors.ts'
import type { Link, LinkId } from '../shared/link.ts'
import type { Region } from '../shared/regions.ts'
import type { ApiContext } from './ports.ts'

/**
 * Returns the current item of a link; undefined if it doesn't exist. In mode `strong` any replica is current. In mode `home`
 * only the home Region is, and the id doesn't name it. So this asks every Region and accepts only links whose home it is: a
 * copy from another Region may be older than the redemption. Rejects if a Region doesn't respond.
 */
export async function locateLink(id: LinkId, { ports, deployment, route }: ApiContext): Promise<Link | undefined> {
  const { mode, homeRegions } = deployment
  if (mode === 'strong') return askNearestReplica(route(homeRegions[0]), region => ports.links.find(id, region))
  const copies = await Promise.all(
    homeRegions.map(async region => {
      const link = await ports.links.find(id, region)
      return link?.homeRegion === region ? link : undefined
    }),
  )
  return copies.find(copy => copy !== undefined)
}

/** Calls `ask` for the nearest Region, then the next, until one succeeds. For calls that may be repeated; rejects if all fail. */
export function askNearestReplica<T>(regions: readonly Region[], ask: (region: Region) => Promise<T>): Promise<T> {
  return firstSuccess(regions, ask, `none of ${regions.join(', ')} responded`)
}
