import type { LinkId } from '../shared/link.ts'
import { type ApiResult, refuse } from './result.ts'
import { locateLink, askNearestReplica } from './locate-link.ts'
import type { ApiContext } from './ports.ts'

/**
 * Withdraws a link: 204 when it is ended and nobody has used it, also when it was before; 404 when nothing is left of it,
 * 409 when its receipt says that somebody was first. It can be redeemed in none of these cases.
 */
export async function revoke(id: LinkId, context: ApiContext): Promise<ApiResult> {
  const { ports, route } = context
  const link = await locateLink(id, context)
  if (link === undefined) return refuse('no-such-link')
  const ended = await askNearestReplica(route(link.homeRegion), region => ports.links.revoke(link, region))
  if (ended === 'gone') return refuse('no-such-link')
  if (ended === 'used') return refuse('already-used')
  return { outcome: 'revoked', status: 204, linkId: id }
}
