import { describe, expect, test } from 'vitest'
import { type Choices, seeded } from '../simulation/choices.ts'
import { type ConfigurationName, configurations, dangers } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { type Guard, guardNames, type TryGuard, tryGuardNames, usesGuards, type UsesGuard } from './guards.ts'
import { isLockedOut } from './properties.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import { home, type Setup } from './setup.ts'
import type { Phase, World } from './state.ts'
import { itemAt, revoked } from './store.ts'
import { firstDisallowed, type Trace, type TraceEvent } from './trace.ts'

/** Milliseconds that suffice on a machine with two busy cores. */
const timeoutMs = 900_000

const names = Object.keys(configurations) as readonly ConfigurationName[]
const smallest = ['home delete', 'home receipt', 'strong delete', 'strong receipt'] as const
const withRevoke = ['home delete, revoke', 'home receipt, revoke'] as const
const withRevokedReceipt = ['home receipt, revoke', 'strong receipt, revoke'] as const

const withPassphrase = names.filter(name => 'passphrase' in configurations[name])

const someIs = (...phases: readonly Phase[]) => {
  return ({ requests }: World) => requests.some(({ phase }) => phases.includes(phase))
}
const isRevoked = ({ revoke }: World) => revoke === 'acknowledged'
const isRevokedAfterUse = ({ revoke }: World) => revoke === 'acknowledged-of-used'

/** A world that matters: in these configurations it must be reached, or never. */
interface Target {
  readonly in: readonly ConfigurationName[]
  is(world: World, setup: Setup): boolean
  readonly never?: true
  /** Steps of a shortest path to it, and the last of them. */
  readonly steps?: number
  readonly last?: string
}

const targets: Readonly<Record<string, Target>> = {
  'a viewer can redeem a link': { in: smallest, is: someIs('delivered'), steps: 9 },
  'one viewer can be served and another refused': {
    in: [...smallest, ...withPassphrase],
    is: world => someIs('redirected', 'delivered')(world) && someIs('denied')(world),
  },
  'with a receipt, a viewer whose 302 was lost can be served at the next attempt': {
    in: ['home receipt'],
    is: ({ requests: [first, second] }) => first?.phase === 'lost' && second?.phase === 'delivered',
  },
  'of two uses, two clients can be served and a third one refused': {
    in: ['home receipt, two uses', 'strong receipt, two uses'],
    is: world => {
      const served = world.requests.filter(({ phase }) => phase === 'delivered')
      return new Set(served.map(({ client }) => client)).size === 2 && someIs('denied')(world)
    },
  },
  'of two uses, a client whose 302 was lost can be served at the next attempt, after another one': {
    in: ['home receipt, two uses'],
    is: ({ requests: [first, second, third] }) =>
      first?.phase === 'lost' && second?.phase === 'delivered' && third?.phase === 'delivered',
  },
  'of two uses, three clients are never served': {
    in: ['home receipt, two uses', 'strong receipt, two uses', 'strong receipt, two uses, tries'],
    is: ({ ofClients }) => ofClients.every(({ expiry }) => expiry !== 0),
    never: true,
  },
  'without a receipt, a lost response can cost the viewer the link': {
    in: ['home delete'],
    is: (world, setup) => isLockedOut({ world, setup }),
  },
  'a used link can be revoked, and its client then gets revoked': {
    in: withRevokedReceipt,
    is: world =>
      isRevokedAfterUse(world) && world.requests[0]?.phase === 'lost' && world.requests[1]?.phase === 'informed',
  },
  'a redemption whose write came before the revoke may be granted after it': {
    in: withRevokedReceipt,
    is: world => isRevokedAfterUse(world) && world.requests[0]?.phase === 'redirected',
    last: 'request 0 gets granted',
  },
  'a revoke can be acknowledged': { in: withRevoke, is: isRevoked },
  'once a revoke is acknowledged, no viewer gets the link': {
    in: withRevoke,
    is: world => isRevoked(world) && world.seen.holder !== 0,
    never: true,
  },
  'all viewers of a revoked link can get revoked': {
    in: withRevoke,
    is: world => isRevoked(world) && world.requests.every(({ phase }) => phase === 'informed'),
  },
  'a viewer of a revoked link without a fault never gets spent': {
    in: withRevoke,
    is: ({ store, requests }) =>
      itemAt(store, home) === revoked && requests.some(({ phase, hurt }) => phase === 'denied' && !hurt),
    never: true,
  },
}

const explorations = new Map<ConfigurationName, Exploration>()

/** Explores each configuration once. */
function explorationOf(name: ConfigurationName): Exploration {
  const known = explorations.get(name)
  if (known !== undefined) return known
  const protocol = protocolOf(configurations[name])
  const { world, setup } = protocol
  const lookedFor = Object.entries(targets)
    .filter(([, target]) => target.in.includes(name))
    .map(([what, { is }]) => [what, (state: Uint8Array) => (protocol.load(state), is(world, setup))] as const)
  const exploration = explore({ ...protocol, targets: Object.fromEntries(lookedFor) })
  explorations.set(name, exploration)
  return exploration
}

describe('the protocol breaks no promise', () => {
  test.each(names)('in any state: %s', { timeout: timeoutMs }, name => {
    expect(explorationOf(name).counterexample).toBeUndefined()
  })

  test('in more than ten million states', { timeout: timeoutMs }, () => {
    const states = names.reduce((sum, name) => sum + explorationOf(name).states, 0)
    expect(states).toBeGreaterThanOrEqual(10_000_000)
  })
})

describe('without a guard, the protocol breaks a promise, and the check of traces finds it', () => {
  // A trace doesn't record that an edge verifies an edited nonce, the addresses of repeats, ends of capabilities, or tries.
  const unrecorded = new Set<Guard | TryGuard | UsesGuard>([
    'home-outside-mac',
    'repeat-from-anywhere',
    'address-named-again',
    'end-not-checked',
    ...tryGuardNames,
    'first-end',
    'tries-not-returned',
  ])
  const usesGuardNames = Object.keys(usesGuards) as readonly UsesGuard[]
  const pairs = [...guardNames, ...tryGuardNames, ...usesGuardNames].flatMap(guard =>
    dangers[guard].in.map(name => ({ guard, name })),
  )

  test.each(pairs)('$guard, in $name', { timeout: timeoutMs }, ({ guard, name }) => {
    const protocol = protocolOf({ ...configurations[name], removed: guard })
    const { breaks } = dangers[guard]
    const { property, steps = [], path = [] } = explore(protocol, breaks).counterexample ?? {}
    console.log(steps.join('\n'))
    expect(property).toBe(breaks)
    expect(steps.length).toBeLessThanOrEqual(tryGuardNames.some(name => name === guard) ? 22 : 19)
    if (unrecorded.has(guard)) return
    expect(firstDisallowed(traceAlong(protocol, path))).toBeDefined()
  })

  test('all 26 guards, 13 of a try and 4 of several uses are removed in turn', () => {
    expect([guardNames.length, tryGuardNames.length, usesGuardNames.length]).toEqual([26, 13, 4])
    expect(pairs).toHaveLength(51 + 20 + 7)
  })
})

describe.each(Object.entries(targets))('in the model, %s', (what, target) => {
  test.each(target.in)('%s', { timeout: timeoutMs }, name => {
    const path = explorationOf(name).reached[what]
    expect(path !== undefined).toBe(target.never !== true)
    if (target.steps !== undefined) expect(path).toHaveLength(target.steps)
    if (target.last !== undefined) expect(path?.at(-1)).toBe(target.last)
  })
})

describe('the check of traces allows every random run of the protocol', () => {
  test.each<ConfigurationName>([
    'home delete, three Regions, all events',
    'home receipt, all events',
    'strong delete, three Regions, all events',
    'strong receipt, three faults, outages',
    'strong receipt, Put duplicated',
    'home receipt, client-bound',
    'strong receipt, client-bound',
    'home receipt, client only, programs',
    'home receipt, client-bound, secrets change',
    'home receipt, client-bound, an edge of the version before',
    'home receipt, folder, IPv6',
    'home receipt, two uses',
    'strong receipt, two uses',
    'strong receipt, two uses, revoke',
  ])('%s', name => {
    const protocol = protocolOf(configurations[name])
    const choices = seeded(1)
    for (let walk = 0; walk < 300; walk += 1) {
      const trace = traceAlong(protocol, [...randomWalk(protocol, choices)])
      expect(firstDisallowed(trace), JSON.stringify(trace.events)).toBeUndefined()
    }
  })
})

/** Returns the trace of a run in which the steps of `path` happen. */
function traceAlong(protocol: Protocol, path: Iterable<number>): Trace {
  const { mode, kind, clientOf, binding, uses } = protocol.setup
  const state = new Uint8Array(protocol.bytes)
  protocol.first(state)
  const events: TraceEvent[] = []
  for (const index of path) {
    protocol.load(state)
    const rule = protocol.rules[index] as Protocol['rules'][number]
    const step = rule.step()
    if (step.kind !== 'unseen') events.push(step)
    rule.act()
    protocol.save(state)
  }
  const options = { ...(binding && { binding }), ...(uses && { uses }) }
  return { mode, consume: kind, home: '0', regions: ['0', '1', '2'], clientOf, ...options, events }
}

/** Yields random steps; skips most of those that end a run early. */
function* randomWalk({ first, load, save, rules, world, bytes }: Protocol, choices: Choices): Generator<number> {
  const state = new Uint8Array(bytes)
  first(state)
  for (let length = 0; length < 100; length += 1) {
    load(state)
    const possible = rules.flatMap((rule, index) => (rule.can() ? [index] : []))
    if (possible.length === 0) return
    const index = possible[choices.choose(possible.length)] as number
    const { clock, issuer } = world
    rules[index]?.act()
    const endsEarly = world.issuer === 'forgotten' && issuer !== 'forgotten'
    if (endsEarly || (clock !== world.clock && !choices.rarely(10))) continue
    save(state)
    yield index
  }
}
