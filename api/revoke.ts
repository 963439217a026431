import type { LinkId } from '../shared/link.ts'
import type { RevokedLink } from '../shared/schemas/types.ts'
import { rfc3339 } from '../shared/time.ts'
import { isInScope } from '../shared/link-scope.ts'
import { scopeOf } from './access.ts'
import { askNearestReplica, locateLink } from './locate-link.ts'
import type { ApiContext } from './ports.ts'
import { type ApiResult, refuse } from './result.ts'

/**
 * Revokes a link, also if it was revoked before: 204 if it was never used; 200 with the end of its capability if its receipt
 * shows a use; 404 if its item no longer exists. From then on no write hands out anything for the link. A redemption whose write
 * came before may still respond within its deadline, with the end that is stored. A link that the caller may not revoke is 404,
 * too, and stays as it is.
 */
export async function revoke(id: LinkId, context: ApiContext): Promise<ApiResult> {
  const { ports, route } = context
  const scope = scopeOf(context.access)
  const link = await locateLink(id, context)
  if (link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')
  const revoked = await askNearestReplica(route(link.homeRegion), region => ports.links.revoke(link, region, scope))
  if (revoked === undefined) return refuse('no-such-link')
  const done = { kind: 'done', outcome: 'revoked', linkId: id } as const
  const { receipt } = revoked
  if (receipt === undefined) return { ...done, status: 204 }
  const body: RevokedLink = { id, state: 'revoked', capabilityEndsAt: rfc3339(receipt.urlExpiresAt) }
  return { ...done, status: 200, body }
}
