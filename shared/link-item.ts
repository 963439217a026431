import { assert } from './assert.ts'
import type { Link, Receipt, ReceiptDraft } from './link.ts'

/**
 * How a link is written as a DynamoDB item: each field of `Link` under its own name, text as `S`, numbers as `N`; those
 * of its receipt beside them, so that one update can fill them in. Shared by the Region that writes links and the edge
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
  'addressMark',
  'prefixMark',
] as const satisfies readonly (keyof ReceiptDraft)[]

/** The fields of a receipt. An item has all of them or none. */
export const receiptFields = [
  ...draftFields,
  'redeemedAt',
  'urlExpiresAt',
] as const satisfies readonly (keyof Receipt)[]

/** The item for `link`, without attributes for what the link doesn't have. */
export function itemOfLink({ receipt, ...link }: Link): LinkItem {
  const attributes = Object.entries({ ...link, ...receipt }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    attributes.map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]),
  )
}

const receiptNames = new Set<string>(receiptFields)

/** The link in an item that `itemOfLink` wrote. Only our own issuer writes link items; anything else is our bug. */
export function linkOfItem(item: Record<string, { S?: string | undefined; N?: string | undefined }>): Link {
  const link: Record<string, unknown> = {}
  const receipt: Record<string, unknown> = {}
  for (const [name, { S, N }] of Object.entries(item)) {
    const part = receiptNames.has(name) ? receipt : link
    part[name] = N === undefined ? S : Number(N)
  }
  return wholeLink(link, receipt)
}

function wholeLink(link: Partial<Link>, receipt: Partial<Receipt>): Link {
  const { id, key, homeRegion, expiresAt, urlSeconds } = link
  assert(id && key && homeRegion && expiresAt && urlSeconds, 'a link item lacks a field')
  return (receipt.redemptionId === undefined ? link : { ...link, receipt }) as Link
}
