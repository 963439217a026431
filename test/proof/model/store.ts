import type { Stage } from './rule.ts'
import { addressOf, home, redemptionIdOf, type Setup } from './setup.ts'
import type { Copy, Stored } from './world.ts'

/**
 * What the item is, as one number: `absent`, `live`, `revoked`, or used by a request. The request stands for all that
 * its write put into the receipt: redemption id, address, and when the capability ends.
 */
export type Item = number
/** No item: never written, deleted, or purged. */
export const absent = 0
/** The item as it was issued. */
export const live = 1
/** The item of a link that was withdrawn before it was used. */
export const revoked = 2
/** The item after the write of this request has used the link. */
export const usedBy = (request: number): Item => request + 3
/** The request that used the link; only for an item that is used. */
export const userOf = (item: Item): number => item - 3
/** True for an item that the write of some request has used. */
export const isUsed = (item: Item): boolean => item > revoked

/** More writes than any run has that changes the item so often. */
const longestLog = 8

/** A table in which nothing was written yet. */
export function emptyStore({ mode, regions }: Setup): Stored {
  const copies = mode === 'home' ? regions : 1
  return {
    log: Array.from({ length: copies === 1 ? 2 : longestLog }, () => absent),
    stamps: 0,
    copies: Array.from({ length: copies }, () => ({ stamp: 0, pending: 0 })),
  }
}

/** The copy that a request to this Region meets. */
function copyAt({ copies }: Stored, region: number): Copy {
  return copies[copies.length === 1 ? 0 : region] as Copy
}

/** What a Region says the item is. */
export function itemAt(store: Stored, region: number): Item {
  return store.log[copyAt(store, region).stamp] as Item
}

/** Writes at a Region; from there it is on its way to all others. A write that changes nothing is not told. */
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

/** True when the write with this stamp is on its way to this copy. */
export function isPending(copy: Copy, stamp: number): boolean {
  return (copy.pending & (1 << (stamp - 1))) !== 0
}

/** The write with this stamp arrives: the last writer wins. What is older than the copy can't change it any more. */
export function arrive(copy: Copy, stamp: number): void {
  copy.stamp = Math.max(copy.stamp, stamp)
  copy.pending &= ~((1 << copy.stamp) - 1)
}

/** Puts the whole table into one state, as after a restore. */
export function reset(store: Stored, item: Item): void {
  store.log.fill(absent)
  store.log[1] = item
  store.stamps = 1
  for (const copy of store.copies) {
    copy.stamp = 1
    copy.pending = 0
  }
}

/** What a redemption's write asks the store to check. */
export interface Condition {
  readonly request: number
  /** The home Region the edge believes in. */
  readonly home: number
  /** Its :now is past the expiry. */
  readonly late: boolean
}

/** How a condition ends: it holds, or the reason that the item it found gives. As `whyNotTaken` in shared/redemption/consume.ts. */
export type Verdict = 'consumed' | 'spent' | 'revoked' | 'expired'

/** Guards without which no home is in the condition. */
const withoutHome = new Set<string | undefined>(['nearest-replica', 'failover', 'condition-without-home'])

/** The condition of the one write that redeems: `deletable` and `usable` in shared/redemption/dynamodb-link-table.ts. */
export function verdictOn(item: Item, condition: Condition, { setup }: Stage): Verdict {
  const { removed } = setup
  if (item === absent) return 'spent'
  if (condition.home !== home && !withoutHome.has(removed)) return 'spent'
  if (condition.late && removed !== 'expiry-by-ttl') return 'expired'
  if (item === live) return 'consumed'
  if (item === revoked) return 'revoked'
  if (removed === 'no-redemption-id') return 'spent'
  return redemptionIdOf(setup, userOf(item)) === redemptionIdOf(setup, condition.request) ? 'consumed' : 'spent'
}

/** True when a repeat by `request` comes from the address that the capability of a used link is bound to. */
export function isSameAddress(setup: Setup, user: number, request: number): boolean {
  return addressOf(setup, user) === addressOf(setup, request)
}
