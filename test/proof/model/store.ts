import { isBindable, redemptionIdOf } from './binding.ts'
import type { Edge } from './edge.ts'
import type { Stage } from './rule.ts'
import { broughtBy, home } from './setup.ts'
import type { Copy, Lane, Stored } from './state.ts'

/**
 * The item as one number: `absent`, `live`, `revoked`, or used by a request and perhaps revoked after that. The request
 * represents the whole receipt that its write stored: redemption id, address, and when the capability ends. Of a link with
 * several uses it counts them; whose they are is known from `consumed` of requests, since all ask the home.
 */
export type Item = number
/** No item: never written, deleted, or purged. */
export const absent = 0
/** The item as it was issued. */
export const live = 1
/** The item of a link that was revoked before it was used. */
export const revoked = 2
/** Returns the item after the write of this request used the link. */
const usedBy = (request: number): Item => 3 + 2 * request
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
 * Returns the item as the client of a request finds it in a Region. Of a link with several uses it is used by this client, or if no
 * use is left by another; otherwise live. `seen` in shared/redemption/several-uses.ts.
 */
export function itemFor({ world, setup, request }: Edge, region: number): Item {
  const item = itemAt(world.store, region)
  const { uses, removed } = setup
  if (uses === undefined || item === absent) return item
  if (item % 2 === 0) return revoked
  const users = world.requests.filter(({ consumed }) => consumed)
  const id = redemptionIdOf(setup, request.number)
  const own = users.find(({ number }) => redemptionIdOf(setup, number) === id)
  const user = own ?? (item < live + 2 * uses || removed === 'no-size' ? undefined : users[0])
  return user === undefined ? live : usedBy(user.number)
}

/** Returns how many tries of the link are reserved, as this Region has it. */
export function triesAt(store: Stored, region: number): number {
  return store.tries[copyAt(store, region).stamp] ?? 0
}

/** Writes the item at a Region, with the tries that it had. */
export function write(store: Stored, region: number, item: Item): void {
  change(store, region, { item, tries: item === absent ? 0 : triesAt(store, region) })
}

/** Writes the item at a Region after a request used the link. One of several uses gives its try back. */
export function use({ world: { store }, setup }: Edge, region: number, user: number): void {
  const { kind, uses, passphrase, removed } = setup
  if (kind === 'delete') return write(store, region, absent)
  if (uses === undefined) return write(store, region, usedBy(user))
  const returned = passphrase === undefined || removed === 'tries-not-returned' ? 0 : 1
  change(store, region, { item: itemAt(store, region) + 2, tries: triesAt(store, region) - returned })
}

/** Reserves a try of the item at a Region. */
export function reserve(store: Stored, region: number): void {
  change(store, region, { item: itemAt(store, region), tries: triesAt(store, region) + 1 })
}

/** From its Region a write is under way to all others. One that changes nothing is not replicated. */
function change(store: Stored, region: number, { item, tries }: { item: Item; tries: number }): void {
  if (itemAt(store, region) === item && triesAt(store, region) === tries) return
  const { copies, log } = store
  store.stamps = copies.length === 1 ? 1 : store.stamps + 1
  if (store.stamps >= log.length) throw new Error(`the log of the store holds ${log.length - 1} writes`)
  log[store.stamps] = item
  store.tries[store.stamps] = tries
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
 * Result of a condition: it holds, or the reason that the found item gives. As `reasonFor` in
 * shared/redemption/clauses.ts.
 */
export type Verdict = Exclude<Lane['status'], 'free' | 'sent' | 'late'>

/** Guards without which the condition does not name the home. */
const withoutHome = new Set<string | undefined>(['nearest-replica', 'failover', 'condition-without-home', 'home-only'])

/**
 * Evaluates the condition of the one write that redeems: `deleteLink` and `markUsed` in
 * shared/redemption/one-use.ts.
 */
export function verdictOn(item: Item, condition: Condition, { setup }: Stage): Verdict {
  const { removed } = setup
  if (item === absent) return 'spent'
  if (condition.home !== home && !withoutHome.has(removed)) return 'spent'
  if (condition.late && removed !== 'expiry-by-ttl') return 'expired'
  const whenOwn = isBindable(setup, condition.request) ? 'consumed' : 'unbindable'
  if (item === live) return whenOwn
  const isAnyones =
    removed === 'one-winner' || (removed === 'reopen-own' && broughtBy(setup, condition.request) === 'nothing')
  const isSame = (user: number) => redemptionIdOf(setup, user) === redemptionIdOf(setup, condition.request)
  const isOwn = hasReceipt(item) && (isAnyones || isSame(userOf(item)))
  if (!isUsed(item)) return isOwn && removed === 'repeat-when-revoked' ? 'consumed' : 'revoked'
  return isOwn && removed !== 'no-redemption-id' && whenOwn === 'consumed' ? 'consumed' : 'spent'
}

/**
 * Evaluates the condition of the write that reserves a try: that of the redemption, a live link, and a try that is left;
 * `reserveTry` in shared/redemption/one-use.ts. It is `consumed` if it holds, and `own` if it fails since the
 * client itself has used the link.
 */
export function verdictOnTry(found: { item: Item; tries: number }, condition: Condition, stage: Stage): Verdict {
  const { item, tries } = found
  const { removed, passphrase, uses } = stage.setup
  if (item === absent && removed === 'exists') return 'consumed'
  if (hasReceipt(item) && removed === 'live-only') return 'consumed'
  const verdict = verdictOn(item, condition, stage)
  if (verdict !== 'consumed') return verdict
  const hasLimit = removed !== 'limit-clause' && removed !== 'limit-in-the-write'
  const isLocked = hasLimit && tries >= (passphrase?.maxTries ?? 0)
  // A locked link with several uses tells no program whether it has one.
  if (item !== live && !(uses !== undefined && isLocked)) return 'own'
  return isLocked ? 'locked' : 'consumed'
}
