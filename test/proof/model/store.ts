import { isBindable, redemptionIdOf } from './binding.ts'
import type { Stage } from './rule.ts'
import { home } from './setup.ts'
import type { Copy, Stored } from './state.ts'

/**
 * The item as one number: `absent`, `live`, `revoked`, or used by a request and perhaps revoked after that. The request
 * represents the whole receipt that its write stored: redemption id, address, and when the capability ends.
 */
export type Item = number
/** No item: never written, deleted, or purged. */
export const absent = 0
/** The item as it was issued. */
export const live = 1
/** The item of a link that was revoked before it was used. */
export const revoked = 2
/** Returns the item after the write of this request used the link. */
export const usedBy = (request: number): Item => 3 + 2 * request
/** Returns the request that used the link. Only for an item with a receipt. */
export const userOf = (item: Item): number => (item - 3) >> 1
/** Returns true for an item with a receipt: its link was used, and perhaps revoked after that. */
export const hasReceipt = (item: Item): boolean => item > revoked
/** Returns true for the item of a used link that is not revoked. */
export const isUsed = (item: Item): boolean => hasReceipt(item) && item % 2 === 1
/** Returns the item after a revoke: its receipt stays. */
export const revokedFrom = (item: Item): Item => (item === live ? revoked : isUsed(item) ? item + 1 : item)

/** Returns the copy that serves requests to this Region. */
function copyAt({ copies }: Stored, region: number): Copy {
  return copies[copies.length === 1 ? 0 : region] as Copy
}

/** Returns the item as this Region has it. */
export function itemAt(store: Stored, region: number): Item {
  return store.log[copyAt(store, region).stamp] as Item
}

/**
 * Writes the item at a Region; from there the write is under way to all others. A write that changes nothing is not
 * replicated.
 */
export function write(store: Stored, region: number, item: Item): void {
  if (itemAt(store, region) === item) return
  const { copies, log } = store
  store.stamps = copies.length === 1 ? 1 : store.stamps + 1
  if (store.stamps >= log.length) throw new Error(`the log of the store holds ${log.length - 1} writes`)
  log[store.stamps] = item
  const written = copyAt(store, region)
  for (const copy of copies) if (copy !== written) copy.pending |= 1 << (store.stamps - 1)
  written.stamp = store.stamps
}

/** Returns true while the write with this stamp is under way to this copy. */
export function isPending(copy: Copy, stamp: number): boolean {
  return (copy.pending & (1 << (stamp - 1))) !== 0
}

/** Delivers the write with this stamp: the last writer wins. Writes older than the copy can no longer change it. */
export function arrive(copy: Copy, stamp: number): void {
  copy.stamp = Math.max(copy.stamp, stamp)
  copy.pending &= ~((1 << copy.stamp) - 1)
}

/** Sets all copies to one item, as a restore does. */
export function reset(store: Stored, item: Item): void {
  store.log.fill(absent)
  store.log[1] = item
  store.stamps = 1
  for (const copy of store.copies) {
    copy.stamp = 1
    copy.pending = 0
  }
}

/** The condition of a redemption's write. */
export interface Condition {
  readonly request: number
  /** The Region that the edge takes for the home. */
  readonly home: number
  /** Its :now is past the expiry. */
  readonly late: boolean
}

/**
 * Result of a condition: it holds, or the reason that the found item gives. As `failedCondition` in
 * shared/redemption/consume.ts.
 */
export type Verdict = 'consumed' | 'spent' | 'revoked' | 'expired' | 'unbindable'

/** Guards without which the condition does not name the home. */
const withoutHome = new Set<string | undefined>(['nearest-replica', 'failover', 'condition-without-home'])

/**
 * Evaluates the condition of the one write that redeems: `deletion` and `use` in
 * shared/redemption/dynamodb-link-table.ts.
 */
export function verdictOn(item: Item, condition: Condition, { setup }: Stage): Verdict {
  const { removed } = setup
  if (item === absent) return 'spent'
  if (condition.home !== home && !withoutHome.has(removed)) return 'spent'
  if (condition.late && removed !== 'expiry-by-ttl') return 'expired'
  const whenOwn = isBindable(setup, condition.request) ? 'consumed' : 'unbindable'
  if (item === live) return whenOwn
  const isOwn = hasReceipt(item) && redemptionIdOf(setup, userOf(item)) === redemptionIdOf(setup, condition.request)
  if (!isUsed(item)) return isOwn && removed === 'repeat-when-revoked' ? 'consumed' : 'revoked'
  return isOwn && removed !== 'no-redemption-id' && whenOwn === 'consumed' ? 'consumed' : 'spent'
}
