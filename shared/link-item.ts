import assert from 'node:assert'
import type { Link } from './link.ts'

/**
 * How a link is written as a DynamoDB item: each field of `Link` under its own name, text as `S`, numbers as `N`.
 * Shared by the Region that writes links and the edge that takes them. No import of the SDK: its type fits this one.
 */
export type LinkItem = Record<string, { S: string } | { N: string }>

/** The attribute that DynamoDB's TTL reads. */
export const ttlAttribute = 'expiresAt'

/** The item for `link`, without attributes for what the link doesn't have. */
export function itemOfLink(link: Link): LinkItem {
  const attributes = Object.entries(link).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    attributes.map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]),
  )
}

/** The link in an item that `itemOfLink` wrote. Only our own issuer writes link items; anything else is our bug. */
export function linkOfItem(item: Record<string, { S?: string | undefined; N?: string | undefined }>): Link {
  const fields = Object.entries(item).map(([name, { S, N }]) => [name, N === undefined ? S : Number(N)])
  const link = Object.fromEntries(fields) as Link
  assert(link.id && link.key && link.homeRegion && link.expiresAt && link.urlSeconds, 'a link item lacks a field')
  return link
}
