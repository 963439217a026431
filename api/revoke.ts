import type { LinkId } from '../shared/link.ts'
import { askNearestReplica, locateLink } from './locate-link.ts'
import type { ApiContext } from './ports.ts'
import { type ApiResult, refuse } from './result.ts'

/**
 * Revokes a link: 204 if it was unused, also if it was revoked before; 404 if its item no longer exists; 409 if its
 * receipt shows that it was used. After each of these the link yields no new capability.
 */
export async function revoke(id: LinkId, context: ApiContext): Promise<ApiResult> {
  const { ports, route } = context
  const link = await locateLink(id, context)
  if (link === undefined) return refuse('no-such-link')
  const outcome = await askNearestReplica(route(link.homeRegion), region => ports.links.revoke(link, region))
  if (outcome === 'gone') return refuse('no-such-link')
  if (outcome === 'used') return refuse('already-used')
  return { kind: 'done', outcome: 'revoked', status: 204, linkId: id }
}
