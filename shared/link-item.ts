import { assert } from './errors.ts'
import type { UnredeemedRequests, Link, Receipt, ReceiptDraft } from './link.ts'

/**
 * How a link is written as a DynamoDB item: each field of `Link` under its own name, text as `S`, numbers as `N`; those
 * of its receipt and counts beside them, so that one update can fill them in. Shared by the Region that writes links and the edge
 * that takes them. No import of the SDK: its type fits this one.
 */
export type LinkItem = Record<string, { S: string } | { N: string }>

/** The attribute that DynamoDB's TTL reads. */
export const ttlAttribute = 'purgeAt'

/** The fields of a receipt that a redemption brings. */
export const draftFields = [
  'redemptionId',
  'edgeRegion',
  'viewer',
  'userAgent',
  'addressHash',
  'prefixHash',
] as const satisfies readonly (keyof ReceiptDraft)[]

/** The fields of a receipt. An item has all of them or none. */
export const receiptFields = [
  ...draftFields,
  'redeemedAt',
  'urlExpiresAt',
] as const satisfies readonly (keyof Receipt)[]

/** The attributes that hold the counts of a link. An item has those that were ever counted. */
export const unredeemedAttributes = {
  unconfirmed: 'unconfirmedCount',
  automated: 'automatedCount',
  probed: 'probedCount',
  lastAt: 'unredeemedAt',
} as const satisfies Record<keyof UnredeemedRequests, string>

/** The item for `link`, without attributes for what the link doesn't have. */
export function itemOfLink({ receipt, unredeemed, ...link }: Link): LinkItem {
  const counts = Object.entries(unredeemed ?? {}).map(
    ([name, count]) => [unredeemedAttributes[name as keyof UnredeemedRequests], count] as const,
  )
  const all = { ...link, ...receipt, ...Object.fromEntries(counts) }
  const attributes = Object.entries(all).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    attributes.map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]),
  )
}

const receiptNames = new Set<string>(receiptFields)
const unredeemedFields = new Map<string, string>(
  Object.entries(unredeemedAttributes).map(([field, name]) => [name, field]),
)

/** The link in an item that `itemOfLink` wrote. Only our own issuer writes link items; anything else is our bug. */
export function linkOfItem(item: Record<string, { S?: string | undefined; N?: string | undefined }>): Link {
  const link: Record<string, unknown> = {}
  const receipt: Record<string, unknown> = {}
  const unredeemed: Record<string, unknown> = {}
  for (const [name, { S, N }] of Object.entries(item)) {
    const value = N === undefined ? S : Number(N)
    const count = unredeemedFields.get(name)
    if (count !== undefined) unredeemed[count] = value
    else if (receiptNames.has(name)) receipt[name] = value
    else link[name] = value
  }
  return wholeLink(link, receipt, unredeemed)
}

const noneYet = { unconfirmed: 0, automated: 0, probed: 0 }

function wholeLink(link: Partial<Link>, receipt: Partial<Receipt>, unredeemed: Partial<UnredeemedRequests>): Link {
  const { id, key, homeRegion, expiresAt, urlSeconds } = link
  assert(id && key && homeRegion && expiresAt && urlSeconds, 'a link item lacks a field')
  const parts = {
    ...(receipt.redemptionId && { receipt }),
    ...(unredeemed.lastAt && { unredeemed: { ...noneYet, ...unredeemed } }),
  }
  return Object.assign(link, parts) as Link
}

/**
 * The index of the table of links by `reference`, oldest first; a link without one is not in it and pays nothing for it.
 * It holds whole items, so one query gives what `GET /links` shows.
 */
export const referenceIndex = { name: 'byReference', partitionKey: 'reference', sortKey: 'issuedAt' } as const
