import type { Link, LinkId } from '../shared/link.ts'
import type { Context } from './ports.ts'

/**
 * The link as its home Region holds it now. An id doesn't say where that is, so every Region is asked and only its own
 * links count: a copy from elsewhere may be older than the redemption. A Region that doesn't answer rejects: no guess.
 */
export async function findAtHome(id: LinkId, { ports, deployment }: Context): Promise<Link | undefined> {
  const copies = await Promise.all(
    deployment.homeRegions.map(async region => {
      const link = await ports.links.find(id, region)
      return link?.homeRegion === region ? link : undefined
    }),
  )
  return copies.find(copy => copy !== undefined)
}
