import { canFetch, identityOf, isBindable, isWithin, rightsFor, rightsOfFirst } from './binding.ts'
import type { Answered } from './event.ts'
import type { Stage } from './rule.ts'
import { broughtBy, home, type Setup } from './setup.ts'
import type { Property, Request, World } from './state.ts'
import { absent, isUsed, type Item, itemAt, live, triesAt, userOf, type Verdict } from './store.ts'

/**
 * The promises of the protocol. One step breaks S1 to S14; a state in which all requests have ended breaks L1 to L3, and if n
 * clients may use the link, one in which all requests of a client have ended L1 and L4.
 */
export const promises = {
  S1: 'There is at most one capability (object, end, secret) for a nonce; of n uses, for each client that of its own use.',
  S2: 'At most one client gets it; of n uses, n clients.',
  S3: 'Once the revoke of an unused link was acknowledged, there is no capability.',
  S4: 'No capability is signed after the expiry, or after its own end.',
  S5: 'A request that used the link never gets spent, or a response that says that it was not used.',
  S6: 'A nonce with an edited home never reaches the store.',
  S7: 'No write that comes after a revoke lets an edge hand anything out.',
  S8: 'No capability opens the file to more than the first does, which is bound as the link asks.',
  S9: 'A request that uses the link can fetch the file with its capability.',
  S10: 'No more hashes are compared than there are tries; of n uses, beside those that used the link.',
  S11: 'No request without the right passphrase uses the link.',
  S12: 'A request takes one try at most.',
  S13: 'A used or revoked link gets no further try.',
  S14: 'A reservation creates no item.',
  L1: 'With a receipt, a client that used the link and makes one attempt without a fault gets its capability.',
  L2: 'Without one, a request that used it in vain got outcome-unknown, or its edge died, or the 302 was lost.',
  L3: 'If no request meets a fault and a right passphrase has a try, a right one uses the link.',
  L4: 'Of n uses, while one is left, no client that makes one attempt without a fault is refused. So if n come back, n get one.',
  L5: 'Of n uses, a right passphrase that uses the link gives its try back. So n right ones do not lock it.',
} as const satisfies Record<Property | 'L2' | 'L3' | 'L4' | 'L5', string>

/** Records that a promise is broken, unless one is already. */
export function breaks(world: World, property: Property): void {
  if (world.seen.broken === 'nothing') world.seen.broken = property
}

/**
 * Records that a capability is signed for `request`, with the expiry that the write of request `fixedBy` fixed. Checks
 * S1 to S4, S8 and S9.
 */
export function noteCapability({ world, setup }: Stage, request: Request, fixedBy: number): void {
  const { seen, ofClients, clock, revoke, ended } = world
  const isOther = (user: number) => identityOf(setup, user) !== identityOf(setup, request.number)
  const rights = rightsFor(setup, request.expiry - 1, request.number)
  if (clock !== 'before' || ended) breaks(world, 'S4')
  if (revoke === 'acknowledged') breaks(world, 'S3')
  const own = ofClients[request.client] ?? seen
  for (const each of [own, seen]) {
    if (each.expiry === 0) Object.assign(each, { expiry: fixedBy + 1, holder: request.number + 1 })
  }
  const [first, holder] = [own.expiry - 1, own.holder - 1]
  if (first !== fixedBy || rightsFor(setup, first, holder).secret !== rights.secret) breaks(world, 'S1')
  if (setup.uses !== undefined && isOther(fixedBy)) breaks(world, 'S1')
  const holders = ofClients.filter(({ expiry }) => expiry !== 0)
  if (isOther(holder) || holders.length > (setup.uses ?? 1)) breaks(world, 'S2')
  if (!isWithin(rights, rightsOfFirst(setup, first))) breaks(world, 'S8')
  if (first === request.number && !canFetch(setup, request.number, rights)) breaks(world, 'S9')
}

/** Records that the revoke of an unused link is acknowledged: then there must be no capability. Checks S3. */
export function noteAcknowledged(world: World): void {
  if (world.seen.expiry !== 0) breaks(world, 'S3')
}

/** Records that a request gets a response which says that it did not use the link. Checks S5. */
export function noteDenied(world: World, { consumed, lanes }: Request, outcome: Answered): void {
  const mayStillConsume = lanes.some(({ status }) => status === 'late')
  if (consumed || (outcome === 'unavailable' && mayStillConsume)) breaks(world, 'S5')
}

/** Records that the condition of a redemption's write holds, also if it repeats an earlier one. Checks S7. */
export function noteWriteThatConsumes(world: World): void {
  if (world.revoked) breaks(world, 'S7')
}

/**
 * Records that the write of `request` used the link. If the response said that it did not, this was untrue. Checks S5.
 */
export function noteConsumed(world: World, request: Request): void {
  request.consumed = true
  if (request.phase === 'denied') breaks(world, 'S5')
}

/** Records that the store executed the redemption of a request of a link with a passphrase. Checks S10 and S11. */
export function noteComparison(
  { world, setup }: Stage,
  { number, tried }: Request,
  { ended, isLive }: { ended: Verdict; isLive: boolean },
): void {
  if (tried === undefined) return
  const brought = broughtBy(setup, number)
  if (isLive && brought !== 'nothing' && (ended === 'consumed' || ended === 'wrong-passphrase')) tried.compared = true
  const counts = ({ consumed }: Request) => setup.uses === undefined || !consumed
  const compared = world.requests.filter(request => request.tried?.compared === true && counts(request))
  if (compared.length > (setup.passphrase?.maxTries ?? 0)) breaks(world, 'S10')
  const needsNone = brought === 'right' || (brought === 'nothing' && !isLive)
  if (ended === 'consumed' && !needsNone) breaks(world, 'S11')
}

/**
 * Records that a try is reserved for a request; the network alone may execute a reservation twice. Checks S12 to S14.
 */
export function noteTry(world: World, { tried }: Request, { item, isRepeat }: { item: Item; isRepeat: boolean }): void {
  if (tried === undefined) return
  if (tried.taken && !isRepeat) breaks(world, 'S12')
  tried.taken = true
  if (item === absent) breaks(world, 'S14')
  else if (item !== live) breaks(world, 'S13')
}

const endedWithoutCapability = new Set(['denied', 'informed', 'informed-unknown', 'died', 'lost'])

/**
 * Returns true when all requests have ended before the expiry, and the link is used though no viewer got its
 * capability. With a receipt, this counts only if a request of the client that used it met no fault: none of its writes
 * lacked an effect or a response, the edge did not die, the 302 was not lost, the address did not change, and a capability
 * could be bound to it. A fault meets one request, so a client with more attempts than faults always has such a request.
 * (A Region that is down counts as a fault for each request that meets it.) With a passphrase, a request counts only if it
 * brought the right one, and had a try or needed none.
 */
export function isLockedOut({ world, setup }: Stage): boolean {
  const { requests, clock, slotBumped, store } = world
  if (clock !== 'before' || slotBumped) return false
  for (const { phase } of requests) if (!endedWithoutCapability.has(phase)) return false
  if (setup.kind === 'delete') return requests.some(({ consumed }) => consumed)
  const item = itemAt(store, home)
  if (!isUsed(item)) return false
  const client = identityOf(setup, userOf(item))
  return requests.some(request => identityOf(setup, request.number) === client && cameBack(request, setup))
}

/** Returns true for a request that could end with a capability: see isLockedOut. */
function cameBack({ hurt, number, tried }: Request, setup: Setup): boolean {
  if (hurt || !isBindable(setup, number)) return false
  return tried === undefined || (broughtBy(setup, number) === 'right' && (tried.taken || tried.repeats))
}

/** Returns the promise about clients and tries that the present state of a link with several uses breaks, if any. */
function brokenOfUses(uses: number, { world, setup }: Stage): 'L1' | 'L4' | 'L5' | undefined {
  const { requests, clock, slotBumped, revoked, store } = world
  // A reservation that the network repeats takes a try for nothing, perhaps after the first one met a locked link.
  if (setup.passphrase !== undefined && world.repeatsLeft !== setup.repeats) return undefined
  const kept = requests.filter(({ tried, consumed }) => tried?.taken === true && !consumed)
  if (triesAt(store, home) > kept.length) return 'L5'
  if (clock !== 'before' || slotBumped || revoked) return undefined
  const users = new Set(requests.filter(({ consumed }) => consumed).map(({ client }) => client))
  const going = new Set(requests.filter(({ phase }) => !endedWithoutCapability.has(phase)).map(({ client }) => client))
  const refused = requests.filter(request => !going.has(request.client) && cameBack(request, setup))
  if (refused.some(({ client }) => users.has(client))) return 'L1'
  return refused.length > 0 && users.size < uses ? 'L4' : undefined
}

/** Returns true when all requests have ended without a fault, and a right passphrase had a try in vain. */
function isRightOneLost({ world, setup }: Stage): boolean {
  const { requests, clock, revoke, seen } = world
  if (setup.passphrase === undefined || clock !== 'before' || revoke !== 'none' || seen.holder !== 0) return false
  if (requests.some(({ phase, hurt }) => hurt || !endedWithoutCapability.has(phase))) return false
  return requests.some(({ tried, number }) => tried?.taken === true && broughtBy(setup, number) === 'right')
}

/** Returns the promise that the present state breaks, if any. */
export function brokenPromise(stage: Stage): keyof typeof promises | undefined {
  const { seen, requests } = stage.world
  if (seen.broken !== 'nothing') return seen.broken
  if (isRightOneLost(stage)) return 'L3'
  if (stage.setup.uses !== undefined) return brokenOfUses(stage.setup.uses, stage)
  if (!isLockedOut(stage)) return undefined
  if (stage.setup.kind === 'receipt') return 'L1'
  const wasMisled = requests.some(({ consumed, phase }) => consumed && (phase === 'denied' || phase === 'informed'))
  return wasMisled ? 'L2' : undefined
}
