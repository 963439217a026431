import { flag, number, oneOf, partsOf } from './parts.ts'
import type { Setup } from './setup.ts'

/**
 * The state of the model: one link, all messages under way about it, and what was observed of it so far. It is its bytes,
 * so equal states have equal bytes: rules read and change them through this one object.
 */
export type World = ReturnType<typeof laidOut>['world']
/** The table. In mode `home` each Region has a copy; in mode `strong` all Regions reach one register. */
export type Stored = World['store']
/** One Region's copy. */
export type Copy = Stored['copies'][number]
/** One request for the link at an edge. */
export type Request = World['requests'][number]
/** One write of a request under way to the store, or its response on the way back. */
export type Lane = Request['lanes'][number]
/** State of a revoke. */
export type Revoke = World['revoke']
/** State of a request. */
export type Phase = Request['phase']
/** A promise that a single step can break; properties.ts has their texts. */
export type Property = Exclude<World['seen']['broken'], 'nothing'>

/** Means "no limit" where a world counts down. Counters have four bits. */
export const unlimited = 15

/** States of a request while its edge works on it. */
export const openPhases = [
  'choosing',
  'writing',
  'reading',
  'saw-there',
  'saw-gone',
  'unsure',
  'consumed',
  'refused',
] as const

const worlds = partsOf({
  /** `long-after`: later than expiry plus skew plus an hour, when no message is under way any more. */
  clock: oneOf('before', 'expired', 'long-after'),
  /** The key slot is retired: edges refuse this nonce. */
  slotBumped: flag,
  restored: flag,
  /** An attacker has sent the nonce with another home in it. */
  edited: flag,
  /** The store has executed a revoke on the link's item. */
  revoked: flag,
  /** The capability has ended, before the link expired. */
  ended: flag,
  /** Faults that may still happen. */
  faultsLeft: number(4),
  /** Writes of redemptions that the network may still deliver a second time. */
  repeatsLeft: number(4),
  /** `landed`: the Put was executed. `forgotten`: its response was lost, so no viewer ever gets this nonce. */
  issuer: oneOf('idle', 'putting', 'landed', 'issued', 'forgotten'),
  /** The issuer's Puts of this link that are under way. */
  puts: number(4),
  putCopiesLeft: number(4),
  /**
   * `applied`, `applied-to-used`: it was executed, on an unused or a used link. `refused`: there was no item.
   * `acknowledged`, `acknowledged-of-used`: the issuer got the response. `late`: the issuer no longer waits for it, but
   * it may still be executed.
   */
  revoke: oneOf(
    'none',
    'sent',
    'applied',
    'applied-to-used',
    'refused',
    'acknowledged',
    'acknowledged-of-used',
    'late',
    'ended',
  ),
})

/** What the properties depend on: the first capability, who got it, and whether a promise is broken. */
const observations = partsOf({
  /** The request whose write fixed the expiry of the first capability (number + 1); 0 without a capability. */
  expiry: number(8),
  /** The request that got it (number + 1). */
  holder: number(8),
  broken: oneOf('nothing', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9'),
})

const regions = partsOf({ isUp: flag })

/** The highest stamp given. */
const tables = partsOf({ stamps: number(8) })

/** The stamp of the item, and as bits the stamps of writes under way to this copy. */
const copies = partsOf({ stamp: number(8), pending: number(8) })

const requests = partsOf({
  /**
   * From `idle` to `unsure` the edge has no result; in `consumed` and `refused` it has one but has not responded.
   * `redirected`: a 302 is under way; `delivered`: it arrived. `denied`: the viewer got spent or unavailable;
   * `informed`: revoked, expired or another refusal; `informed-unknown`: outcome-unknown.
   */
  phase: oneOf(
    ...(['idle', ...openPhases, 'redirected', 'delivered'] as const),
    ...(['denied', 'informed', 'informed-unknown', 'died', 'lost'] as const),
  ),
  /** The response to one of its writes was lost. */
  ambiguous: flag,
  /** It met a fault. */
  hurt: flag,
  /** Its own write has used the link. */
  consumed: flag,
  /** In phase `consumed`: the request whose write fixed the capability's expiry (number + 1). */
  expiry: number(8),
})

const lanes = partsOf({
  /**
   * `sent`: the edge waits for it. `late`: the edge does not, but it may still be executed. The last five are responses
   * on their way back.
   */
  status: oneOf('free', 'sent', 'late', 'consumed', 'spent', 'revoked', 'expired', 'unbindable'),
  region: number(2),
  /** The condition's :now is past the expiry. */
  late: flag,
  /** The network has a copy of it that may still be executed. */
  again: flag,
})

/** More changes of the item than any run makes. */
const longestLog = 8

/** Makes the world of a setup, in its first state. */
export function worldOf(setup: Setup): World {
  const { size } = laidOut(setup, new Uint8Array())
  const { world } = laidOut(setup, new Uint8Array(4 * Math.ceil(size / 4)))
  world.faultsLeft = setup.faults
  world.repeatsLeft = setup.repeats ?? 0
  world.putCopiesLeft = setup.putCopies ?? 0
  for (const region of world.regions) region.isUp = true
  return world
}

/** Places the parts of a world in `bytes`, one after another, and returns how many bytes they take. */
function laidOut(setup: Setup, bytes: Uint8Array) {
  let size = 0
  const next = <Made>(part: { size: number; make: (bytes: Uint8Array, at: number) => Made }): Made => {
    size += part.size
    return part.make(bytes, size - part.size)
  }
  const some = <Item>(length: number, make: () => Item): readonly Item[] => Array.from({ length }, make)
  const copyCount = setup.mode === 'home' ? setup.regions : 1
  const world = Object.assign(next(worlds), {
    seen: next(observations),
    regions: some(setup.regions, () => next(regions)),
    store: Object.assign(next(tables), {
      /** All items ever written, by stamp; stamp 0 is the empty table. */
      log: bytes.subarray(size, (size += copyCount === 1 ? 2 : longestLog)),
      copies: some(copyCount, () => next(copies)),
    }),
    requests: setup.clientOf.map((client, index) =>
      Object.assign(next(requests), {
        number: index,
        client,
        /** Its writes that are under way: the one the edge waits for, and late ones. */
        lanes: some(setup.lanes, () => next(lanes)),
      }),
    ),
  })
  return { world, size }
}

/** Makes equal worlds equal in bytes: the lanes of a request are interchangeable, so they are sorted, and a free one is nowhere. */
export function settle({ bytes, requests: all }: World): void {
  for (const request of all) {
    const [{ at: first }] = request.lanes as readonly [Lane]
    for (const lane of request.lanes) {
      const { at, again, status } = lane
      if (bytes[at] === 0) continue
      if (!again && status !== 'sent' && status !== 'late') [lane.region, lane.late] = [0, false]
      const byte = bytes[at] as number
      let place = at
      for (; place > first && (bytes[place - 1] as number) < byte; place -= 1) bytes[place] = bytes[place - 1] as number
      bytes[place] = byte
    }
  }
}

/** Returns true while the setup allows another fault. */
export function canFail(world: World): boolean {
  return world.faultsLeft > 0
}

/** Counts one fault. */
export function fail(world: World): void {
  if (world.faultsLeft !== unlimited) world.faultsLeft -= 1
}
