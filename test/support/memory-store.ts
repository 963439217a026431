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
  const items = new Map<string, Link>()
  const on = (guard: Guard) => guard !== without
  const at = (region: Region, id: LinkId) => `${region} ${id}`

  function meets(link: Link, { now, homeRegion, bound, viewer }: Redemption): boolean {
    if (on('expiry') && link.expiresAt <= now) return false
    if (on('notBefore') && link.notBefore !== undefined && link.notBefore > now) return false
    if (on('home') && link.homeRegion !== homeRegion) return false
    if (!bound) return !on('unbound') || link.network === undefined
    return !on('network') || (link.network !== undefined && networksAround(viewer).includes(link.network))
  }

  const table: LinkTable = {
    async take(redemption) {
      const place = at(redemption.homeRegion, redemption.id)
      const found = items.get(place)
      if (found === undefined || !meets(found, redemption)) return { kind: 'not-taken', found }
      if (!on('atomic')) await new Promise(resolve => setImmediate(resolve))
      if (on('deletes')) items.delete(place)
      return { kind: 'taken', link: found }
    },
    holds: async ({ id, homeRegion }) => items.has(at(homeRegion, id)),
  }
  const links: Links = {
    async put(link) {
      const place = at(link.homeRegion, link.id)
      if (on('putOnce') && items.has(place)) return 'unsure'
      items.set(place, link)
      return 'put'
    },
    find: async (id, region) => items.get(at(region, id)),
    revoke: async (id, homeRegion) => (items.delete(at(homeRegion, id)) ? 'revoked' : 'gone'),
  }
  return { table, links, replicate: async (link, region) => void items.set(at(region, link.id), link) }
}
