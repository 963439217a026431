import { type DeliveryId, deliveryView, verdictOf } from '../../shared/delivery/facts.ts'
import type { Access } from '../../shared/callers/issuers.ts'
import { isLocked, isPinned, isUsedUp, latestUse, type Link, type LinkId } from '../../shared/link.ts'
import { isInScope, type LinkScope } from '../link-scope.ts'
import { type ShownName, shownOptions } from '../../shared/options/options.ts'
import { receivedKey } from '../../shared/received.ts'
import { keepsReceipt } from '../../shared/options/receipt.ts'
import type { LinkView, RevokedLink } from '../../shared/schemas/types.ts'
import { type EpochMs, hasPassed, rfc3339 } from '../../shared/time.ts'
import { callNearestReplica, currentLink } from '../../shared/table/current-link.ts'
import { seesAllIssuers } from '../access.ts'
import type { ApiContext, ApiPorts, Deliveries } from '../ports.ts'
import { type ApiResult, refuse } from '../result.ts'

/**
 * Shows a link without its secret: 200, or 404 if its item no longer exists. A revoked link stays. A used link stays if it
 * has a receipt, which shows when, where and by whom it was used; without one it is deleted, and with it what is known of its delivery.
 * A link that the caller may not see is 404, too.
 */
export async function showLink(id: LinkId, scope: LinkScope | undefined, context: ApiContext): Promise<ApiResult> {
  const { ports, access } = context
  const link = await locateLink(id, context)
  if (link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')
  const view = toLinkView(link, access, ports.clock.now())
  const [deliveries, received] = await Promise.all([deliveriesOf(link, view, ports), receivedOf(link, ports)])
  const body = { ...view, ...deliveries, ...(received && { received }) }
  return { kind: 'done', outcome: 'shown', status: 200, linkId: id, body }
}

/**
 * Returns how far the file was delivered, to each client of several; nothing for a folder, for a link that takes a file, or without the
 * setting. Of a link that was not used, nothing was, whatever the table says.
 */
async function deliveriesOf(
  { id, media, receipt, maxBytes }: Link,
  { uses }: LinkView,
  { deliveries }: ApiPorts,
): Promise<Pick<LinkView, 'delivery' | 'uses'>> {
  if (deliveries === undefined || media === 'folder' || maxBytes !== undefined) return {}
  if (uses === undefined)
    return { delivery: receipt ? await deliveryOf(id, deliveries) : deliveryView(verdictOf(undefined)) }
  const taken = uses.taken.map(async use => ({ ...use, delivery: await deliveryOf(`${id}.${use.id}`, deliveries) }))
  return { uses: { ...uses, taken: await Promise.all(taken) } }
}

/** A store that does not respond makes a delivery `unknown`: the link is shown nevertheless. */
async function deliveryOf(id: DeliveryId, deliveries: Deliveries): Promise<NonNullable<LinkView['delivery']>> {
  try {
    return deliveryView(verdictOf(await deliveries.find(id)))
  } catch {
    return { state: 'unknown', bytes: 0, summary: 'not known at the moment' }
  }
}

/** Returns the file that a used link took; undefined for all other links. If S3 does not respond, the link is shown nevertheless. */
async function receivedOf(link: Link, { objects }: ApiPorts): Promise<LinkView['received']> {
  const { id: linkId, maxBytes, receipt } = link
  if (maxBytes === undefined || receipt === undefined || objects === undefined) return undefined
  const key = receivedKey(link, { linkId, redemptionId: receipt.redemptionId })
  try {
    const found = await objects.look({ key })
    if (found === 'missing') return { state: 'none' }
    if ('kind' in found) return { state: found.result === undefined ? 'unchecked' : 'refused', key }
    const { uploader: _, etag: __, received: { at, ...named } = {}, ...facts } = found
    return { state: 'received', key, ...named, ...facts, ...(at !== undefined && { at: rfc3339(at) }) }
  } catch {
    return { state: 'unknown' }
  }
}

/** Returns a link as the API shows it to a caller: without its secret, which is not stored. */
export function toLinkView(link: Link, access: Access, now: EpochMs): LinkView {
  const { id, issuer, key, replacedBy, requested = 0, requestedAt } = link
  return {
    id,
    state: stateOf(link, now),
    key,
    ...(issuer !== undefined && seesAllIssuers(access) && { issuer }),
    ...objectView(link),
    issuedAt: rfc3339(link.issuedAt),
    ...(shownOptions(link) as Pick<LinkView, ShownName>),
    ...(replacedBy !== undefined && { replacedBy }),
    ...(keepsReceipt(link) && { unredeemed: toUnredeemed(link) }),
    ...(requestedAt !== undefined && { requested: { count: requested, lastAt: rfc3339(requestedAt) } }),
  }
}

/** Returns the state of a link at `now`. */
export function stateOf(link: Link, now: EpochMs): LinkView['state'] {
  const { state, expiresAt, notBefore } = link
  if (state === 'used' || state === 'revoked') return state
  if (isUsedUp(link)) return 'used'
  if (isLocked(link)) return 'locked'
  if (hasPassed(expiresAt, now)) return 'expired'
  return notBefore !== undefined && !hasPassed(notBefore, now) ? 'not-yet-valid' : 'live'
}

function toUnredeemed({ unredeemed }: Link): NonNullable<LinkView['unredeemed']> {
  if (unredeemed === undefined) return { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 0 }
  return { ...unredeemed, lastAt: rfc3339(unredeemed.lastAt) }
}

/** Returns what responses show of the object of a link, and whether the link delivers one version of it. */
export function objectView(link: Pick<Link, 'media' | 'versionId' | 'size' | 'etag' | 'contentType'>) {
  const { versionId, size, etag, contentType } = link
  return {
    pinned: isPinned(link),
    ...(versionId !== undefined && { versionId }),
    ...(size !== undefined && { size }),
    ...(etag !== undefined && { etag }),
    ...(contentType !== undefined && { contentType }),
  }
}

/** Returns the current item of a link; undefined if it doesn't exist: see `currentLink`. */
export function locateLink(id: LinkId, { ports, deployment, route }: ApiContext): Promise<Link | undefined> {
  return currentLink(region => ports.links.find(id, region), { ...deployment, route })
}

/**
 * Revokes a link, also if it was revoked before: 204 if it was never used, or takes a file, since that ends with it; 200 with the end of
 * its capability if its receipt shows another use; 404 if its item no longer exists. From then on no write hands out anything for the link.
 * A redemption whose write came before may still respond within its deadline, with the end that is stored. A link that the caller may not
 * revoke is 404, too, and stays as it is.
 */
export async function revoke(id: LinkId, scope: LinkScope | undefined, context: ApiContext): Promise<ApiResult> {
  const { ports, route } = context
  const link = await locateLink(id, context)
  if (link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')
  const revoked = await callNearestReplica(route(link.homeRegion), region => ports.links.revoke(link, region, scope))
  if (revoked === undefined) return refuse('no-such-link')
  const done = { kind: 'done', outcome: 'revoked', linkId: id } as const
  const receipt = latestUse(revoked)
  if (receipt === undefined || revoked.maxBytes !== undefined) return { ...done, status: 204 }
  const body: RevokedLink = { id, state: 'revoked', capabilityEndsAt: rfc3339(receipt.urlExpiresAt) }
  return { ...done, status: 200, body }
}
