import type { Link, LinkId } from '../link.ts'
import type { Region } from '../regions.ts'

/** Returns the current item of a link; undefined if it doesn't exist. Rejects if that can't be known. */
export type ReadLink = (id: LinkId) => Promise<Link | undefined>

/** Finds the current item of a link, by strongly consistent reads. */
interface Finding {
  readonly mode: 'home' | 'strong'
  readonly homeRegions: readonly [Region, ...Region[]]
  /** Reads the item as it is in a Region. Rejects if the Region doesn't respond. */
  find(id: LinkId, region: Region): Promise<Link | undefined>
  /** Mode `strong`: reads the item in any Region, and rejects if none responds. */
  findAnywhere(id: LinkId): Promise<Link | undefined>
}

/**
 * Returns the current item of a link; undefined if it doesn't exist. In mode `strong` any replica is current. In mode `home`
 * only the home Region is, and the id doesn't name it. So this reads every Region and accepts only links whose home it is: a
 * copy from another Region may be older than the redemption. Rejects if a Region doesn't respond.
 */
export async function currentLink(id: LinkId, finding: Finding): Promise<Link | undefined> {
  const { mode, homeRegions } = finding
  if (mode === 'strong') return finding.findAnywhere(id)
  const copies = await Promise.all(
    homeRegions.map(async region => {
      const link = await finding.find(id, region)
      return link?.homeRegion === region ? link : undefined
    }),
  )
  return copies.find(copy => copy !== undefined)
}
