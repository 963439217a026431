import { assert } from './assert.ts'
import type { Link, Receipt } from './link.ts'

/**
 * How a link is written as a DynamoDB item: each field of `Link` under its own name, text as `S`, numbers as `N`; those
 * of its receipt beside them, so that one update can fill them in. Shared by the Region that writes links and the edge
 * that takes them. No import of the SDK: its type fits this one.
 */
export type LinkItem = Record<string, { S: string } | { N: string }>

/** The attribute that DynamoDB's TTL reads. */
export const ttlAttribute = 'purgeAt'

/** The fields of a receipt. An item has all of them or none. */
export const receiptFields = [
  'redemptionId',
  'redeemedAt',
  'urlExpiresAt',
  'edgeRegion',
  'viewer',
  'userAgent',
  'addressMark',
  'prefixMark',
] as const satisfies readonly (keyof Receipt)[]

/** The item for `link`, without attributes for what the link doesn't have. */
export function itemOfLink({ receipt, ...link }: Link): LinkItem {
  const attributes = Object.entries({ ...link, ...receipt }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    attributes.map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]),
  )
}

/** The link in an item that `itemOfLink` wrote. Only our own issuer writes link items; anything else is our bug. */
export function linkOfItem(item: Record<string, { S?: string | undefined; N?: string | undefined }>): Link {
  const fields = Object.entries(item).map(([name, { S, N }]) => [name, N === undefined ? S : Number(N)] as const)
  const isReceipt = ([name]: readonly [string, unknown]) => receiptFields.some(field => field === name)
  const receipt = Object.fromEntries(fields.filter(isReceipt)) as Partial<Receipt>
  const link = Object.fromEntries(fields.filter(field => !isReceipt(field))) as unknown as Link
  assert(link.id && link.key && link.homeRegion && link.expiresAt && link.urlSeconds, 'a link item lacks a field')
  return receipt.redemptionId === undefined ? link : { ...link, receipt: receipt as Receipt }
}
