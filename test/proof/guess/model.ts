import type { Machine } from '../model/explore.ts'

/**
 * The protocol of a guess as a model, in addition to test/proof/model: there, one write redeems; here, two. One link, requests
 * with right and wrong passphrases, and all their writes under way. Each write may be lost on its way, executed late, executed
 * twice, and its response lost. `consumeWithPassphrase` in shared/redemption/reserve-try.ts.
 */
export interface GuessSetup {
  readonly name: string
  /** Whether the link keeps a receipt. */
  readonly receipt: boolean
  readonly maxTries: number
  /** For each request, whether its passphrase is right, and which client sends it. */
  readonly requests: readonly GuessRequest[]
  /** Most faults: a write that gets lost or has no effect, a lost response, an edge that dies. */
  readonly faults: number
  /** Writes that the network executes a second time, whenever it likes. */
  readonly repeats: number
  readonly revoke?: boolean
  /** Replicas of the link, each with a count of its own until it gets the whole item of another. @default 1 */
  readonly replicas?: number
  readonly removed?: GuessGuard
}

interface GuessRequest {
  readonly right: boolean
  readonly client: number
  /** It brings no passphrase: a browser reopens what it has used, or tries to. */
  readonly reopens?: true
}

/** All guards of a guess, each with how the protocol behaves without it, and the promise that then breaks. */
export const guessGuards = {
  'reserve-first': ['The hash is compared first, if a try is left, and a wrong guess is counted after that.', 'P1'],
  'limit-clause': ['A try is reserved whether one is left or not.', 'P1'],
  'limit-in-the-write': ['One read says whether a try is left, and then a write counts it.', 'P1'],
  'hash-clause': ['The second write does not compare the hash.', 'P3'],
  'home-only': ['Each edge reserves and redeems at the nearest of two replicas.', 'P1'],
  'lost-reservation-ends': ['After a lost response, a reservation is repeated in the same request.', 'P5'],
  'repeat-without-a-try': ['A repeat by the client that used the link needs a try.', 'P7'],
  'live-only': ['A try is reserved of a used link, too.', 'P6'],
  exists: ['A reservation does not need the item of the link.', 'P8'],
  'one-winner': ['The second write does not need a live link.', 'P2'],
  'reopen-used': ['A client without the passphrase reopens a live link, too.', 'P3'],
  'reopen-own': ['A client without the passphrase reopens what another used.', 'P2'],
} as const

/** Name of a guard of a guess. */
export type GuessGuard = keyof typeof guessGuards

/** The promises, by the names that a counterexample has. */
export const guessPromises = {
  P1: 'No more hashes are compared than there are tries.',
  P2: 'One client at most gets a capability, and without a receipt one request.',
  P3: 'No request without the right passphrase uses the link.',
  P4: 'If no request meets a fault and a right one has a try, a right one gets the capability.',
  P5: 'A request takes one try at most.',
  P6: 'A used or revoked link gets no further try.',
  P7: 'The client that used the link gets its capability again, with the right passphrase.',
  P8: 'A reservation creates no item.',
  P9: 'A request that is answered as locked, wrong or unavailable does not use the link.',
} as const

/** State of a request. The first four are open: its edge has not answered. */
const phases = [
  'idle',
  'reserving',
  'reserved',
  'consuming',
  'granted',
  'wrong',
  'locked',
  'spent',
  'unknown',
  'unavailable',
  'died',
] as const

type Phase = (typeof phases)[number]

/** State of one write: under way and awaited, under way and not awaited, or its response is. */
const lanes = ['none', 'sent', 'late', 'done', 'failed', 'again'] as const

type Lane = (typeof lanes)[number]

interface Request {
  phase: Phase
  reserve: Lane
  consume: Lane
  /** The store has compared its hash. */
  compared: boolean
  /** Its reservation took a try, this often. */
  taken: number
  /** It met a fault. */
  hurt: boolean
  /** It repeats a redemption of its own client. */
  repeats: boolean
  /** It has read that a try is left; only without the limit in the write. */
  saw: boolean
}

/** The item: 0 absent, 1 live, 2 revoked, 3 a remnant that a reservation created, 4 + n used by request n. */
interface Replica {
  item: number
  tries: number
  /** When it was written: the later write wins. */
  stamp: number
}

interface World {
  readonly replicas: Replica[]
  readonly requests: Request[]
  faults: number
  repeats: number
  revoked: boolean
  /** Number of the first granted request + 1. */
  holder: number
  broken: string
}

const [absent, live, revoked, remnant, usedBy] = [0, 1, 2, 3, 4] as const
const promiseNames = ['', ...Object.keys(guessPromises)]

/** Makes the machine of a setup, for `explore`. */
export function guessMachine(setup: GuessSetup): Machine {
  // Rules are bound to the one world, into which states are unpacked.
  const world = firstWorld(setup)
  const load = (state: Uint8Array) => (unpack(state, world), world)
  return {
    bytes: 12 + 4 * setup.requests.length,
    first: into => pack(firstWorld(setup), into),
    expand(from, to, reached) {
      for (const [step, { act }] of rulesOf(load(from), setup).entries()) {
        load(from)
        act()
        pack(world, to)
        reached(step)
      }
    },
    name: (from, step) => rulesOf(load(from), setup)[step]?.name ?? '',
    broken: state => brokenPromise(load(state), setup),
    targets: { granted: state => load(state).requests.some(({ phase }) => phase === 'granted') },
  }
}

function firstWorld({ requests, faults, repeats, replicas = 1 }: GuessSetup): World {
  return {
    replicas: Array.from({ length: replicas }, () => ({ item: live, tries: 0, stamp: 0 })),
    requests: requests.map(() => ({
      phase: 'idle',
      reserve: 'none',
      consume: 'none',
      compared: false,
      taken: 0,
      hurt: false,
      repeats: false,
      saw: false,
    })),
    faults,
    repeats,
    revoked: false,
    holder: 0,
    broken: '',
  }
}

interface Rule {
  readonly name: string
  act(): void
}

/** Returns all steps that are possible in this world. */
function rulesOf(world: World, setup: GuessSetup): readonly Rule[] {
  const { replicas, requests, revoked: isRevoked } = world
  const rules: Rule[] = requests.flatMap((request, number) => requestRules({ world, setup, request, number }))
  if (setup.revoke && !isRevoked) {
    rules.push({
      name: 'the issuer revokes the link',
      act() {
        world.revoked = true
        for (const replica of replicas) if (replica.item !== absent) replica.item = revoked
      },
    })
  }
  for (const [from, source] of replicas.entries()) {
    for (const [to, target] of replicas.entries()) {
      if (source.stamp <= target.stamp) continue
      rules.push({ name: `replica ${to} gets the item of replica ${from}`, act: () => Object.assign(target, source) })
    }
  }
  return rules
}

interface Edge {
  readonly world: World
  readonly setup: GuessSetup
  readonly request: Request
  readonly number: number
}

function requestRules(edge: Edge): readonly Rule[] {
  const { world, setup, request, number } = edge
  const { removed } = setup
  const rules: Rule[] = []
  const can = (name: string, act: () => void) => rules.push({ name: `request ${number} ${name}`, act })
  const fault = (name: string, act: () => void) => {
    if (world.faults === 0) return
    can(name, () => ((world.faults -= 1), (request.hurt = true), act()))
  }
  const isFirst = removed === 'reserve-first'
  if (request.phase === 'idle' && isItsTurn(edge)) {
    const sends = () => {
      if (reopens(edge)) return void ([request.phase, request.consume, request.repeats] = ['consuming', 'sent', true])
      request.phase = isFirst ? 'consuming' : 'reserving'
      request[isFirst ? 'consume' : 'reserve'] = 'sent'
    }
    if (removed !== 'limit-in-the-write' || request.saw) can('comes', sends)
    else if (replicaOf(edge).tries < setup.maxTries) can('reads that a try is left', () => (request.saw = true))
    else can('reads that no try is left', () => (request.phase = 'locked'))
  }
  if (isAwaited(request.reserve)) writeRules(edge, 'reserve', { can, fault })
  if (isAwaited(request.consume)) writeRules(edge, 'consume', { can, fault })
  if (request.phase === 'reserving') afterReservation(edge, can)
  if (request.phase === 'consuming') afterConsumption(edge, can)
  if (['reserving', 'reserved', 'consuming'].includes(request.phase)) {
    fault('dies', () => ((request.phase = 'died'), abandon(request)))
  }
  return rules
}

type Add = (name: string, act: () => void) => void

const isAwaited = (lane: Lane) => lane === 'sent' || lane === 'late' || lane === 'again'

/** A write is executed, perhaps late, perhaps again; or it is lost, or its response is. */
function writeRules(edge: Edge, which: 'reserve' | 'consume', { can, fault }: { can: Add; fault: Add }): void {
  const { world, request } = edge
  const lane = request[which]
  const execute = () => (which === 'reserve' ? reserve(edge) : consume(edge))
  can(`: the store executes its ${which}${lane === 'sent' ? '' : ' late'}`, () => {
    const done = execute()
    request[which] = lane === 'sent' ? (done ? 'done' : 'failed') : 'none'
  })
  if (lane === 'sent' && world.repeats > 0) {
    fault(`: the response to its ${which} is lost, and it will be executed again`, () => {
      world.repeats -= 1
      execute()
      request[which] = 'again'
      lost(edge, which)
    })
  }
  if (lane === 'sent') {
    fault(`: the response to its ${which} is lost`, () => {
      execute()
      request[which] = 'none'
      lost(edge, which)
    })
    fault(`: its ${which} times out, and is under way`, () => ((request[which] = 'late'), lost(edge, which)))
    // An error without effect: the edge sends the same write again.
    fault(`: its ${which} has no effect`, () => undefined)
  }
}

/** The edge hears nothing of a write: what it does then. */
function lost(edge: Edge, which: 'reserve' | 'consume'): void {
  const { setup, request } = edge
  if (which === 'reserve') {
    if (setup.removed === 'lost-reservation-ends' && request.reserve === 'none') request.reserve = 'sent'
    else request.phase = 'unavailable'
    return
  }
  // With a receipt the same write is sent again; without, one read decides.
  const isThere = replicaOf(edge).item !== absent
  if (request.consume === 'none' && (setup.receipt || isThere)) request.consume = 'sent'
  else request.phase = 'unknown'
}

function afterReservation(edge: Edge, can: Add): void {
  const { world, setup, request } = edge
  if (request.reserve === 'done') {
    can('has a try', () => {
      request.reserve = 'none'
      if (setup.removed === 'reserve-first') request.phase = 'wrong'
      else [request.phase, request.consume] = ['consuming', 'sent']
    })
  }
  if (request.reserve !== 'failed') return
  const { item, tries } = replicaOf(edge)
  can('gets no try', () => {
    request.reserve = 'none'
    if (isOwn(edge, item) && setup.removed !== 'repeat-without-a-try') {
      ;[request.phase, request.consume, request.repeats] = ['consuming', 'sent', true]
      return
    }
    request.phase = item === live && tries >= setup.maxTries ? 'locked' : 'spent'
    if (isOwn(edge, item) && isRight(edge) && !world.revoked) breaks(world, 'P7')
  })
}

function afterConsumption(edge: Edge, can: Add): void {
  const { world, setup, request, number } = edge
  if (request.consume === 'done') {
    can('gets the capability', () => {
      ;[request.phase, request.consume] = ['granted', 'none']
      if (world.holder === 0) world.holder = number + 1
      const first = setup.requests[world.holder - 1]
      const isSame = setup.receipt ? first?.client === clientOf(edge) : world.holder === number + 1
      if (!isSame) breaks(world, 'P2')
    })
  }
  if (request.consume !== 'failed') return
  can('is refused', () => {
    request.consume = 'none'
    const isWrong = replicaOf(edge).item === live
    if (isWrong && setup.removed === 'reserve-first') [request.phase, request.reserve] = ['reserving', 'sent']
    else request.phase = isWrong ? 'wrong' : request.hurt && !setup.receipt ? 'unknown' : 'spent'
  })
}

/** Executes a reservation; returns whether its condition holds. */
function reserve(edge: Edge): boolean {
  const { world, setup, request } = edge
  const { removed, maxTries } = setup
  const replica = replicaOf(edge)
  if (replica.item === absent && removed === 'exists') {
    write(edge, remnant, 1)
    breaks(world, 'P8')
    return true
  }
  const isLive = replica.item === live || (removed === 'live-only' && replica.item >= usedBy)
  const isBelow = replica.tries < maxTries || removed === 'limit-clause' || removed === 'limit-in-the-write'
  if (!isLive || !isBelow) return false
  if (replica.item !== live) breaks(world, 'P6')
  write(edge, replica.item, replica.tries + 1)
  request.taken += 1
  // The network alone may execute a write twice.
  if (request.taken > 1 && request.reserve !== 'again') breaks(world, 'P5')
  return true
}

/** Executes the second write; returns whether its condition holds. */
function consume(edge: Edge): boolean {
  const { world, setup, request, number } = edge
  const { removed, receipt, maxTries } = setup
  const replica = replicaOf(edge)
  const isMine = isOwn(edge, replica.item)
  if (reopens(edge)) return reopen(edge)
  // Swapped, the first write asks whether a try is left.
  const isAllowed = removed !== 'reserve-first' || replica.tries < maxTries
  const isLive = replica.item === live || (removed === 'one-winner' && replica.item >= usedBy)
  if (replica.item === live && isAllowed && !request.repeats) request.compared = true
  if (!isAllowed || !(isLive || isMine)) return false
  if (!isRight(edge) && removed !== 'hash-clause') return false
  if (!isRight(edge)) breaks(world, 'P3')
  if (['wrong', 'locked', 'unavailable'].includes(request.phase)) breaks(world, 'P9')
  if (!isMine) write(edge, receipt ? usedBy + number : absent, replica.tries)
  return true
}

/** Executes the write of a client that reopens its link: it compares no hash and changes nothing. */
function reopen(edge: Edge): boolean {
  const { world, setup, number } = edge
  const { item, tries } = replicaOf(edge)
  if (item === live && setup.removed === 'reopen-used') {
    breaks(world, 'P3')
    write(edge, usedBy + number, tries)
    return true
  }
  return isOwn(edge, item) || (item >= usedBy && setup.removed === 'reopen-own')
}

function write(edge: Edge, item: number, tries: number): void {
  const { replicas } = edge.world
  const stamp = replicas.length === 1 ? 0 : 1 + Math.max(...replicas.map(each => each.stamp))
  Object.assign(replicaOf(edge), { item, tries, stamp })
}

function replicaOf({ world, setup, number }: Edge): Replica {
  const { replicas } = world
  return replicas[setup.removed === 'home-only' ? number % replicas.length : 0] as Replica
}

const isRight = ({ setup, number }: Edge) => setup.requests[number]?.right === true
const reopens = ({ setup, number }: Edge) => setup.requests[number]?.reopens === true
const clientOf = ({ setup, number }: Edge) => setup.requests[number]?.client

/** Whether the item was used by a request of the same client. */
function isOwn(edge: Edge, item: number): boolean {
  return item >= usedBy && edge.setup.requests[item - usedBy]?.client === clientOf(edge)
}

/** A client sends its requests one after another. */
function isItsTurn({ world, setup, number }: Edge): boolean {
  const isOpen = ({ phase }: Request) => ['idle', 'reserving', 'reserved', 'consuming'].includes(phase)
  const mine = setup.requests[number]?.client
  return world.requests.every(
    (other, index) => index >= number || setup.requests[index]?.client !== mine || !isOpen(other),
  )
}

function abandon(request: Request): void {
  for (const which of ['reserve', 'consume'] as const)
    request[which] =
      request[which] === 'sent' || request[which] === 'late' ? 'late' : request[which] === 'again' ? 'again' : 'none'
}

function breaks(world: World, promise: keyof typeof guessPromises): void {
  if (world.broken === '') world.broken = promise
}

/** Returns the promise that this world breaks, if any. */
function brokenPromise(world: World, setup: GuessSetup): string | undefined {
  if (world.broken !== '') return world.broken
  const { requests } = world
  if (requests.filter(({ compared }) => compared).length > setup.maxTries) return 'P1'
  const isOver = requests.every(({ phase }) => !['idle', 'reserving', 'reserved', 'consuming'].includes(phase))
  if (!isOver || world.revoked || requests.some(({ hurt }) => hurt)) return undefined
  const hadTry = requests.some(({ taken }, number) => taken > 0 && setup.requests[number]?.right === true)
  return hadTry && world.holder === 0 ? 'P4' : undefined
}

const codeOf = <T>(list: readonly T[], value: T) => list.indexOf(value)

function pack({ replicas, requests, ...world }: World, into: Uint8Array): void {
  into.fill(0)
  into[0] = world.faults
  into[1] = world.repeats
  into[2] = Number(world.revoked)
  into[3] = world.holder
  into[4] = promiseNames.indexOf(world.broken)
  for (const [index, { item, tries, stamp }] of replicas.entries()) into.set([item, tries, stamp], 6 + 3 * index)
  for (const [index, request] of requests.entries()) {
    const { compared, hurt, repeats, saw } = request
    const flags = [compared, hurt, repeats, saw].reduce((sum, flag, bit) => sum | (Number(flag) << bit), 0)
    const both = (codeOf(lanes, request.reserve) << 4) | codeOf(lanes, request.consume)
    into.set([codeOf(phases, request.phase), both, flags, request.taken], 12 + 4 * index)
  }
}

function unpack(from: Uint8Array, world: World): void {
  const at = (index: number) => from[index] ?? 0
  world.faults = at(0)
  world.repeats = at(1)
  world.revoked = at(2) === 1
  world.holder = at(3)
  world.broken = promiseNames[at(4)] ?? ''
  for (const [index, replica] of world.replicas.entries()) {
    replica.item = at(6 + 3 * index)
    replica.tries = at(7 + 3 * index)
    replica.stamp = at(8 + 3 * index)
  }
  for (const [index, request] of world.requests.entries()) {
    const offset = 12 + 4 * index
    request.phase = phases[at(offset)] ?? 'idle'
    request.reserve = lanes[at(offset + 1) >> 4] ?? 'none'
    request.consume = lanes[at(offset + 1) & 15] ?? 'none'
    const flags = at(offset + 2)
    request.compared = (flags & 1) !== 0
    request.hurt = (flags & 2) !== 0
    request.repeats = (flags & 4) !== 0
    request.saw = (flags & 8) !== 0
    request.taken = at(offset + 3)
  }
}
