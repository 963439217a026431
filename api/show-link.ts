import type { Link, LinkId } from '../shared/link.ts'
import type { LinkView } from '../shared/schemas/types.ts'
import { type EpochMs, hasPassed, rfc3339 } from '../shared/time.ts'
import { locateLink } from './locate-link.ts'
import type { ApiContext } from './ports.ts'
import { type ApiResult, refuse } from './result.ts'

/**
 * Shows a link without its secret: 200, or 404 when nothing is left of it. One that was revoked stays, and so does one with
 * a receipt when it was used, and says when, where and by whom; without one, a link is gone then.
 */
export async function showLink(id: LinkId, context: ApiContext): Promise<ApiResult> {
  const link = await locateLink(id, context)
  if (link === undefined) return refuse('no-such-link')
  return { outcome: 'shown', status: 200, linkId: id, body: toLinkView(link, context.ports.clock.now()) }
}

/** A link as the api shows it: without its secret, which nobody has. */
export function toLinkView(link: Link, now: EpochMs): LinkView {
  const { id, key, homeRegion, urlSeconds, bind, network, filename, reference, confirm, media = false } = link
  return {
    id,
    state: stateOf(link, now),
    key,
    homeRegion,
    issuedAt: rfc3339(link.issuedAt),
    expiresAt: rfc3339(link.expiresAt),
    ...(link.notBefore === undefined ? {} : { notBefore: rfc3339(link.notBefore) }),
    urlSeconds,
    bind,
    ...(network === undefined ? {} : { network }),
    ...(filename === undefined ? {} : { filename }),
    ...(reference === undefined ? {} : { reference }),
    confirm: confirm === 'required',
    media,
    ...(keepsReceipt(link) ? { receipt: receiptOf(link), unredeemed: toUnredeemed(link) } : {}),
  }
}

/** What has become of a link by `now`. */
export function stateOf({ state, expiresAt, notBefore }: Link, now: EpochMs): LinkView['state'] {
  if (state === 'used' || state === 'revoked') return state
  if (hasPassed(expiresAt, now)) return 'expired'
  return notBefore !== undefined && !hasPassed(notBefore, now) ? 'not-yet-valid' : 'live'
}

/** A revoked link is the same item whether it would have kept a receipt or not, and none will ever come of it. */
function keepsReceipt({ state }: Link): boolean {
  return state === 'live' || state === 'used'
}

/** Null while there is none, so that an issuer sees that there will be one. Ids and marks stay in the table. */
function receiptOf({ receipt }: Link): NonNullable<LinkView['receipt']> | null {
  if (receipt === undefined) return null
  const { redeemedAt, urlExpiresAt, edgeRegion, viewer, userAgent } = receipt
  return { redeemedAt: rfc3339(redeemedAt), urlExpiresAt: rfc3339(urlExpiresAt), edgeRegion, viewer, userAgent }
}

/** Nothing was held back until something was. */
function toUnredeemed({ unredeemed }: Link): NonNullable<LinkView['unredeemed']> {
  if (unredeemed === undefined) return { unconfirmed: 0, automated: 0, probed: 0 }
  return { ...unredeemed, lastAt: rfc3339(unredeemed.lastAt) }
}
