import { firstSuccess } from '../shared/errors.ts'
import type { Link, LinkId } from '../shared/link.ts'
import type { Region } from '../shared/regions.ts'
import type { ApiContext } from './ports.ts'

/**
 * The link as it stands now. In mode `strong` any replica knows. In mode `home` only the home does, and an id doesn't
 * say where that is, so every Region is asked and only its own links count: a copy from elsewhere may be older than the
 * redemption. A Region that doesn't answer rejects: no guess.
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

/** What the nearest replica that answers says. For what may be asked twice; rejects when none answers. */
export function askNearestReplica<T>(regions: readonly Region[], ask: (region: Region) => Promise<T>): Promise<T> {
  return firstSuccess(regions, ask, `none of ${regions.join(', ')} answered`)
}
