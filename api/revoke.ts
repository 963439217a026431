import type { LinkId } from '../shared/link.ts'
import { type Answer, reject } from './result.ts'
import { findAtHome, firstReplica } from './locate-link.ts'
import type { Context } from './ports.ts'

/**
 * Withdraws a link: 204 when it is ended and nobody has used it, also when it was before; 404 when nothing is left of it,
 * 409 when its receipt says that somebody was first. It can be redeemed in none of these cases.
 */
export async function revoke(id: LinkId, context: Context): Promise<Answer> {
  const { ports, route } = context
  const link = await findAtHome(id, context)
  if (link === undefined) return reject('no-such-link')
  const ended = await firstReplica(route(link.homeRegion), region => ports.links.revoke(link, region))
  if (ended === 'gone') return reject('no-such-link')
  if (ended === 'used') return reject('already-used')
  return { outcome: 'revoked', status: 204, linkId: id }
}
