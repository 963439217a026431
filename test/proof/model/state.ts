import { copies, lanes, observations, passphraseTries, regions, requests, tables, worlds } from './fields.ts'
import type { Setup } from './setup.ts'

/**
 * The state of the model: one link, all messages under way about it, and what was observed of it so far. It is its bytes,
 * so equal states have equal bytes: rules read and change them through this one object.
 */
export type World = ReturnType<typeof laidOut>['world']
/** The table. In mode `home` each Region has a copy; in mode `strong` all Regions reach one register. */
export type Stored = World['store']
/** One Region's copy of the table. */
export type Copy = Stored['copies'][number]
/** One request for the link at an edge. */
export type Request = World['requests'][number]
/** One write of a request under way to the store, or its response on the way back. */
export type Lane = Request['lanes'][number]
/** State of a request. */
export type Phase = Request['phase']
/** A promise that one step can break; properties.ts has its text. */
export type Property = Exclude<World['seen']['broken'], 'nothing'>

/** Means "no limit" where a world counts down. Counters have four bits. */
export const unlimited = 15

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
  const bytesNext = (count: number) => bytes.subarray(size, (size += count))
  const copyCount = setup.mode === 'home' ? setup.regions : 1
  const stamps = copyCount === 1 ? 2 : longestLog
  const world = Object.assign(next(worlds), {
    seen: next(observations),
    /** What is observed of each client, if several may use the link. */
    ofClients: some(setup.uses === undefined ? 0 : Math.max(...setup.clientOf) + 1, () => next(observations)),
    regions: some(setup.regions, () => next(regions)),
    store: Object.assign(next(tables), {
      /** All items ever written, by stamp; stamp 0 is the empty table. */
      log: bytesNext(stamps),
      /** Tries of each of these items; empty if the link requires no passphrase. */
      tries: bytesNext(setup.passphrase ? stamps : 0),
      copies: some(copyCount, () => next(copies)),
    }),
    requests: setup.clientOf.map((client, index) =>
      Object.assign(next(requests), {
        number: index,
        client,
        /** Its writes that are under way: the one the edge waits for, and late ones. */
        lanes: some(setup.lanes, () => next(lanes)),
        reservation: setup.passphrase && next(lanes),
        tried: setup.passphrase && next(passphraseTries),
      }),
    ),
  })
  return { world, size }
}

/** Makes equal worlds equal in bytes: lanes of a request are interchangeable, so they are sorted; a free one is nowhere. */
export function settle({ bytes, requests: all }: World): void {
  for (const request of all) {
    const [{ at: first }] = request.lanes as readonly [Lane]
    for (const lane of request.lanes) {
      if (bytes[lane.at] === 0) continue
      leaveRegion(lane)
      const byte = bytes[lane.at] as number
      let place = lane.at
      for (; place > first && (bytes[place - 1] as number) < byte; place -= 1) bytes[place] = bytes[place - 1] as number
      bytes[place] = byte
    }
    if (request.reservation !== undefined) leaveRegion(request.reservation)
  }
}

function leaveRegion(lane: Lane): void {
  if (lane.again || lane.status === 'sent' || lane.status === 'late') return
  lane.region = 0
  lane.late = false
}

/** Returns true while the setup allows another fault. */
export function canFail(world: World): boolean {
  return world.faultsLeft > 0
}

/** Counts one fault. */
export function fail(world: World): void {
  if (world.faultsLeft !== unlimited) world.faultsLeft -= 1
}
