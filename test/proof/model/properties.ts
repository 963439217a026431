import type { Stage } from './rule.ts'
import { addressOf, home } from './setup.ts'
import { isUsed, itemAt, userOf } from './store.ts'
import type { Property, Request, World } from './world.ts'

/** What is promised. S1 to S6 are broken by one step, L1 and L2 by a state in which all has come to rest. */
export const promises = {
  S1: 'There is at most one capability (resource, address, expiry) for a nonce.',
  S2: 'At most one client is handed it.',
  S3: 'There is none once a revoke was acknowledged.',
  S4: 'None is signed after the expiry.',
  S5: 'Whoever used the link is not told that it is spent, or that it was not used.',
  S6: 'A nonce with an edited home never reaches the store.',
  L1: 'With a receipt, a client that used the link and has one try without a fault gets its capability.',
  L2: 'Without one, whoever used it and got nothing was told outcome-unknown, or its edge died, or the 302 was lost.',
} as const satisfies Record<Property | 'L1' | 'L2', string>

/** Notes that a promise is broken. The first one stays. */
export function breaks(world: World, property: Property): void {
  if (world.seen.broken === 'nothing') world.seen.broken = property
}

/** A capability is signed for `request`; its expiry is that which the write of `fixedBy` has fixed. S1 to S4. */
export function noteCapability({ world, setup }: Stage, request: Request, fixedBy: number): void {
  const { seen, clock, revoke, requests } = world
  if (clock !== 'before') breaks(world, 'S4')
  if (revoke === 'acknowledged') breaks(world, 'S3')
  if (seen.expiry === 0) {
    seen.expiry = fixedBy + 1
    seen.holder = request.number + 1
    return
  }
  const holder = seen.holder - 1
  const isOther = seen.expiry !== fixedBy + 1 || addressOf(setup, holder) !== addressOf(setup, request.number)
  if (isOther) breaks(world, 'S1')
  if (requests[holder]?.client !== request.client) breaks(world, 'S2')
}

/** The issuer is told that the link is revoked, so there must not be a capability. S3. */
export function noteAcknowledged(world: World): void {
  if (world.seen.expiry !== 0) breaks(world, 'S3')
}

/** `request` is told that the link is spent, or that it could not be asked for and was not used. S5. */
export function noteDenied(world: World, { consumed, lanes }: Request, outcome: 'spent' | 'unavailable'): void {
  const mayStill = lanes.some(({ status }) => status === 'late')
  if (consumed || (outcome === 'unavailable' && mayStill)) breaks(world, 'S5')
}

/** The write of `request` has used the link. If it was told that it had not, that is now a lie. S5. */
export function noteConsumed(world: World, request: Request): void {
  request.consumed = true
  if (request.phase === 'denied') breaks(world, 'S5')
}

const atRest = new Set(['denied', 'told', 'told-unknown', 'died', 'lost'])

/**
 * True when all requests are over, time was left, and the link is used though nobody got its capability. With a
 * receipt, this counts only if a request of the client that used it met no fault at all: not one of its writes without
 * effect or answer, no death of the edge, no lost 302, no change of address. A fault meets one request, so a client
 * with more tries than there were faults always has such a request. (A Region that is down counts as a fault for each
 * request that meets it.)
 */
export function isLockedOut({ world, setup }: Stage): boolean {
  const { requests, clock, slotBumped, store } = world
  if (clock !== 'before' || slotBumped) return false
  for (const { phase } of requests) if (!atRest.has(phase)) return false
  if (setup.kind === 'delete') return requests.some(({ consumed }) => consumed)
  const item = itemAt(store, home)
  if (!isUsed(item)) return false
  const client = requests[userOf(item)]?.client
  return requests.some(request => request.client === client && !request.hurt)
}

/** The promise that the present state breaks, if any. */
export function brokenPromise(stage: Stage): keyof typeof promises | undefined {
  const { seen, requests } = stage.world
  if (seen.broken !== 'nothing') return seen.broken
  if (!isLockedOut(stage)) return undefined
  if (stage.setup.kind === 'receipt') return 'L1'
  const wasTold = requests.some(({ consumed, phase }) => consumed && (phase === 'denied' || phase === 'told'))
  return wasTold ? 'L2' : undefined
}
