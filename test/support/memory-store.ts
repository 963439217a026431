import type { Links } from '../../api/ports.ts'
import type { LinkTable, Redemption } from '../../edge/ports.ts'
import { networksAround } from '../../shared/network.ts'
import type { Link, LinkId } from '../../shared/link.ts'
import type { Region } from '../../shared/regions.ts'

/** The two views of the table of links that edge and api have. */
export interface Store {
  readonly table: LinkTable
  readonly links: Links
  /** Copies a link to another Region's replica, as a global table does. */
  replicate(link: Link, region: Region): Promise<void>
}

/** The clauses of the conditional delete, and that it is one step. A test switches one off to see its suite fail. */
export const guards = ['expiry', 'notBefore', 'home', 'network', 'unbound', 'atomic', 'deletes', 'putOnce'] as const

/** The name of one guard. */
export type Guard = (typeof guards)[number]

/** The table of links in memory, under the same contract as the real one (test/contract). */
export function memoryStore(without?: Guard): Store {
  const regions = new Map<Region, Map<LinkId, Link>>()
  const on = (guard: Guard) => guard !== without
  const at = (region: Region) =>
    regions.get(region) ?? regions.set(region, new Map()).get(region) ?? new Map<LinkId, Link>()

  function meets(link: Link, { now, homeRegion, bound, viewer }: Redemption): boolean {
    if (on('expiry') && link.expiresAt <= now) return false
    if (on('notBefore') && link.notBefore !== undefined && link.notBefore > now) return false
    if (on('home') && link.homeRegion !== homeRegion) return false
    if (!bound) return !on('unbound') || link.network === undefined
    return !on('network') || (link.network !== undefined && networksAround(viewer).includes(link.network))
  }

  const table: LinkTable = {
    async take(redemption) {
      const home = at(redemption.homeRegion)
      const found = home.get(redemption.id)
      if (found === undefined || !meets(found, redemption)) return { kind: 'not-taken', found }
      if (!on('atomic')) await new Promise(resolve => setImmediate(resolve))
      if (on('deletes')) home.delete(redemption.id)
      return { kind: 'taken', link: found }
    },
    holds: async ({ id, homeRegion }) => at(homeRegion).has(id),
  }
  const links: Links = {
    async put(link) {
      const home = at(link.homeRegion)
      if (on('putOnce') && home.has(link.id)) return 'unsure'
      home.set(link.id, link)
      return 'put'
    },
    find: async (id, region) => at(region).get(id),
    revoke: async (id, homeRegion) => (at(homeRegion).delete(id) ? 'revoked' : 'gone'),
  }
  return { table, links, replicate: async (link, region) => void at(region).set(link.id, link) }
}
