import { assert } from '../errors.ts'
import type { UnredeemedRequests, Link, Receipt, ReceiptDraft } from '../link.ts'

/**
 * A link as a DynamoDB item: each field of `Link` under its own name, text as `S`, numbers as `N`. Fields of its
 * receipt and counts are beside them, so that one update can set them; several uses are a map. The api writes these items and the edge
 * consumes them. The SDK's type fits this one, so nothing imports the SDK here.
 */
export interface LinkItem {
  [name: string]: { S: string } | { N: string } | { M: LinkItem }
}

/** Attribute that DynamoDB's TTL reads. */
export const ttlAttribute = 'purgeAt'

/** Fields of a receipt that a redemption provides. */
export const draftFields = [
  'redemptionId',
  'edgeRegion',
  'viewer',
  'userAgent',
  'addressHash',
  'prefixHash',
] as const satisfies readonly (keyof ReceiptDraft)[]

/** Fields of a receipt. An item has all of them or none. */
export const receiptFields = [
  ...draftFields,
  'redeemedAt',
  'urlExpiresAt',
] as const satisfies readonly (keyof Receipt)[]

/** Attributes that hold the counts of a link. An item has only those that were ever counted. */
export const unredeemedAttributes = {
  unconfirmed: 'unconfirmed',
  automated: 'automated',
  probed: 'probed',
  refusedAfterUse: 'refusedAfterUse',
  lastAt: 'unredeemedAt',
} as const satisfies Record<keyof UnredeemedRequests, string>

/** Returns the item for `link`. An absent field gets no attribute. */
export function itemOfLink({ receipt, unredeemed, uses, ...link }: Link): LinkItem {
  const item: LinkItem = {}
  if (uses !== undefined) item['uses'] = { M: Object.fromEntries(uses.map(entryOf)) }
  add({ ...link, ...receipt }, item)
  for (const [name, count] of Object.entries(unredeemed ?? {})) {
    item[unredeemedAttributes[name as keyof UnredeemedRequests]] = { N: String(count) }
  }
  return item
}

/** Returns the entry of a use in the map, by its redemption id. Its end follows from `urlSeconds`, so the item has it for no use. */
function entryOf({
  redemptionId,
  urlExpiresAt: _end,
  ...kept
}: Receipt): [redemptionId: string, entry: { M: LinkItem }] {
  const entry: LinkItem = {}
  add(kept, entry)
  return [redemptionId, { M: entry }]
}

function add(fields: object, item: LinkItem): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) item[name] = typeof value === 'number' ? { N: String(value) } : { S: String(value) }
  }
}

const receiptNames = new Set<string>(receiptFields)
const unredeemedFields = new Map<string, string>(
  Object.entries(unredeemedAttributes).map(([field, name]) => [name, field]),
)

/**
 * Returns the link in an item that `itemOfLink` made. Throws for any other item: only our api writes items of links.
 */
export function linkOfItem(item: StoredItem): Link {
  const link: Record<string, unknown> = {}
  const receipt: Record<string, unknown> = {}
  const unredeemed: Record<string, unknown> = {}
  for (const [name, attribute] of Object.entries(item)) {
    const value = valueOf(attribute)
    const count = unredeemedFields.get(name)
    if (count !== undefined) unredeemed[count] = value
    else if (receiptNames.has(name)) receipt[name] = value
    else link[name] = value
  }
  return assembleLink(link, receipt, unredeemed)
}

/** An item as DynamoDB's responses and streams have it. */
interface StoredItem {
  readonly [name: string]: {
    readonly S?: string | undefined
    readonly N?: string | undefined
    readonly M?: StoredItem | undefined
  }
}

/**
 * The only map is that of several uses. Its entries come in any order, and may have `back`, by which the write that took the use knows that
 * it gave its try back.
 */
function valueOf({ S, N, M }: StoredItem[string]): unknown {
  if (M === undefined) return N === undefined ? S : Number(N)
  return Object.keys(M)
    .toSorted()
    .map(redemptionId => {
      const kept = Object.entries(M[redemptionId]?.M ?? {}).filter(([name]) => receiptNames.has(name))
      return { ...Object.fromEntries(kept.map(([name, attribute]) => [name, valueOf(attribute)])), redemptionId }
    })
}

const zeroCounts = { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 0 }

function assembleLink(link: Partial<Link>, receipt: Partial<Receipt>, unredeemed: Partial<UnredeemedRequests>): Link {
  const { id, key, homeRegion, expiresAt, urlSeconds, uses } = link
  assert(id && key && homeRegion && expiresAt && urlSeconds, 'a link item lacks a field')
  const parts = {
    ...(receipt.redemptionId && { receipt }),
    ...(unredeemed.lastAt && { unredeemed: { ...zeroCounts, ...unredeemed } }),
    ...(uses && { uses: uses.map(use => ({ ...use, urlExpiresAt: use.redeemedAt + urlSeconds })) }),
  }
  return Object.assign(link, parts) as Link
}

/**
 * Index of the table of links by `reference`, oldest first. A link without a reference is not in it and costs nothing
 * there. The index holds whole items, so one query returns all that `GET /links` shows.
 */
export const referenceIndex = { name: 'byReference', partitionKey: 'reference', sortKey: 'issuedAt' } as const

/** Index of the table of links by `caller`, like that by reference. The table has it only if some issuer has `own`. */
export const callerIndex = { name: 'byCaller', partitionKey: 'caller', sortKey: 'issuedAt' } as const
