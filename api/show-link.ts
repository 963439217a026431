import { verdictOf } from '../shared/delivery/verdict.ts'
import { deliveryView } from '../shared/delivery/words.ts'
import type { Access } from '../shared/issuers.ts'
import type { Link, LinkId } from '../shared/link.ts'
import { isInScope } from '../shared/link-scope.ts'
import { type ShownName, shownOptions } from '../shared/options/options.ts'
import { keepsReceipt } from '../shared/options/receipt.ts'
import type { LinkView } from '../shared/schemas/types.ts'
import { type EpochMs, hasPassed, rfc3339 } from '../shared/time.ts'
import { scopeOf, seesAllIssuers } from './access.ts'
import { locateLink } from './locate-link.ts'
import { objectView } from './object-view.ts'
import type { ApiContext, Ports } from './ports.ts'
import { type ApiResult, refuse } from './result.ts'

/**
 * Shows a link without its secret: 200, or 404 if its item no longer exists. A revoked link stays. A used link stays if it
 * has a receipt, which shows when, where and by whom it was used; without one it is deleted, and with it what is known of its delivery. A link that the caller may not
 * see is 404, too.
 */
export async function showLink(id: LinkId, context: ApiContext): Promise<ApiResult> {
  const { ports, access } = context
  const scope = scopeOf(access)
  const link = await locateLink(id, context)
  if (link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')
  const delivery = await deliveryOf(link, ports)
  const body = { ...toLinkView(link, access, ports.clock.now()), ...(delivery && { delivery }) }
  return { kind: 'done', outcome: 'shown', status: 200, linkId: id, body }
}

/**
 * Returns how far the file was delivered; undefined for a folder, or without the setting. Of a link that was not used, nothing was,
 * whatever the table says. A store that does not respond makes it `unknown`: the link is shown nevertheless.
 */
async function deliveryOf({ id, media, receipt }: Link, { deliveries }: Ports): Promise<LinkView['delivery']> {
  if (deliveries === undefined || media === 'folder') return undefined
  if (receipt === undefined) return deliveryView(verdictOf(undefined))
  try {
    return deliveryView(verdictOf(await deliveries.find(id)))
  } catch {
    return { state: 'unknown', bytes: 0, summary: 'not known at the moment' }
  }
}

/** Returns a link as the API shows it to a caller: without its secret, which is not stored. */
export function toLinkView(link: Link, access: Access, now: EpochMs): LinkView {
  const { id, issuer, key } = link
  return {
    id,
    state: stateOf(link, now),
    key,
    ...(issuer !== undefined && seesAllIssuers(access) && { issuer }),
    ...objectView(link),
    issuedAt: rfc3339(link.issuedAt),
    ...(shownOptions(link) as Pick<LinkView, ShownName>),
    ...(keepsReceipt(link) && { unredeemed: toUnredeemed(link) }),
  }
}

/** Returns the state of a link at `now`. */
export function stateOf(link: Link, now: EpochMs): LinkView['state'] {
  const { state, expiresAt, notBefore, tries = 0, maxTries } = link
  if (state === 'used' || state === 'revoked') return state
  if (maxTries !== undefined && tries >= maxTries) return 'locked'
  if (hasPassed(expiresAt, now)) return 'expired'
  return notBefore !== undefined && !hasPassed(notBefore, now) ? 'not-yet-valid' : 'live'
}

function toUnredeemed({ unredeemed }: Link): NonNullable<LinkView['unredeemed']> {
  if (unredeemed === undefined) return { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 0 }
  return { ...unredeemed, lastAt: rfc3339(unredeemed.lastAt) }
}
