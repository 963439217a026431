import { describe, expect, test } from 'vitest'
import { type Choices, seeded } from '../simulation/choices.ts'
import { type ConfigurationName, configurations, dangers } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { type Guard, guardNames } from './guards.ts'
import { isLockedOut } from './properties.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import type { Rule } from './rule.ts'
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

const someIs = (phase: Phase) => (world: World) => world.requests.some(request => request.phase === phase)
const isRevoked = ({ revoke }: World) => revoke === 'acknowledged'
const isRevokedAfterUse = ({ revoke }: World) => revoke === 'acknowledged-of-used'

/** Worlds that matter: some must be reached, some must not. */
const targets: Readonly<Record<string, (world: World, setup: Setup) => boolean>> = {
  served: someIs('delivered'),
  'one served, one refused': world => someIs('delivered')(world) && someIs('denied')(world),
  'served after a lost 302': ({ requests: [first, second] }) =>
    first?.phase === 'lost' && second?.phase === 'delivered',
  'revoked after use': world =>
    isRevokedAfterUse(world) && world.requests[0]?.phase === 'lost' && world.requests[1]?.phase === 'informed',
  'granted after the revoke': world => isRevokedAfterUse(world) && world.requests[0]?.phase === 'redirected',
  'locked out': (world, setup) => isLockedOut({ world, setup }),
  revoked: isRevoked,
  'revoked and served': world => isRevoked(world) && world.seen.holder !== 0,
  'all know of the revoke': world => isRevoked(world) && world.requests.every(({ phase }) => phase === 'informed'),
  'denied though revoked': ({ store, requests }) =>
    itemAt(store, home) === revoked && requests.some(({ phase, hurt }) => phase === 'denied' && !hurt),
}
const withTargets = new Set<ConfigurationName>([...smallest, ...withRevoke, ...withRevokedReceipt])

const explorations = new Map<ConfigurationName, Exploration>()

/** Explores each configuration once. */
function explorationOf(name: ConfigurationName): Exploration {
  const known = explorations.get(name)
  if (known !== undefined) return known
  const protocol = protocolOf(configurations[name])
  const lookedFor = Object.entries(targets).map(
    ([target, is]) =>
      [target, (state: Uint8Array) => (protocol.load(state), is(protocol.world, protocol.setup))] as const,
  )
  const exploration = explore(
    withTargets.has(name) ? { ...protocol, targets: Object.fromEntries(lookedFor) } : protocol,
  )
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
  // A trace doesn't record that an edge verifies an edited nonce, the addresses of repeats, or the end of a capability.
  const unrecorded = new Set<Guard>([
    'home-outside-mac',
    'repeat-from-anywhere',
    'address-named-again',
    'end-not-checked',
  ])
  const pairs = guardNames.flatMap(guard => dangers[guard].in.map(name => ({ guard, name })))

  test.each(pairs)('$guard, in $name', { timeout: timeoutMs }, ({ guard, name }) => {
    const setup: Setup = { ...configurations[name], removed: guard }
    const protocol = protocolOf(setup)
    const { breaks } = dangers[guard]
    const { property, steps = [], path = [] } = explore(protocol, breaks).counterexample ?? {}
    console.log(steps.join('\n'))
    expect(property).toBe(breaks)
    expect(steps.length).toBeLessThanOrEqual(19)
    const disallowed = firstDisallowed(traceIn(setup, eventsAlong(protocol, path)))
    if (!unrecorded.has(guard)) expect(disallowed).toBeDefined()
  })

  test('all 26 guards are removed in turn', () => {
    expect(guardNames).toHaveLength(26)
    expect(pairs).toHaveLength(51)
  })
})

describe('the model reaches the states that matter', { timeout: timeoutMs }, () => {
  const pathTo = (target: string, name: ConfigurationName) => explorationOf(name).reached[target]

  test.each(smallest)('a viewer can redeem a link: %s', name => {
    expect(pathTo('served', name)).toHaveLength(9)
  })

  test.each(smallest)('one viewer can be served and another refused: %s', name => {
    expect(pathTo('one served, one refused', name)).toBeDefined()
  })

  test('with a receipt, a viewer whose 302 was lost can be served at the next try', () => {
    expect(pathTo('served after a lost 302', 'home receipt')).toBeDefined()
  })

  test('without a receipt, a lost response can cost the viewer the link', () => {
    expect(pathTo('locked out', 'home delete')).toBeDefined()
  })

  test.each(withRevokedReceipt)('a used link can be revoked, and its client then gets revoked: %s', name => {
    expect(pathTo('revoked after use', name)).toBeDefined()
  })

  test.each(withRevokedReceipt)('a redemption whose write came before the revoke may be granted after it: %s', name => {
    expect(pathTo('granted after the revoke', name)?.at(-1)).toBe('request 0 gets granted')
  })

  test.each(withRevoke)('a revoke can be acknowledged, and then no viewer gets the link: %s', name => {
    expect(pathTo('revoked', name)).toBeDefined()
    expect(pathTo('revoked and served', name)).toBeUndefined()
  })

  test.each(withRevoke)('a viewer of a revoked link gets revoked or outcome-unknown, never spent: %s', name => {
    expect(pathTo('all know of the revoke', name)).toBeDefined()
    expect(pathTo('denied though revoked', name)).toBeUndefined()
  })
})

describe('the check of traces allows every random run of the protocol', () => {
  const walked: readonly ConfigurationName[] = [
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
  ]
  test.each(walked)('%s', name => {
    const protocol = protocolOf(configurations[name])
    const choices = seeded(1)
    for (let walk = 0; walk < 300; walk += 1) {
      const trace = traceIn(configurations[name], eventsAlong(protocol, [...randomWalk(protocol, choices)]))
      expect(firstDisallowed(trace), JSON.stringify(trace.events)).toBeUndefined()
    }
  })
})

/** Returns the events that a trace records when the steps of `path` happen. */
function eventsAlong(protocol: Protocol, path: Iterable<number>): readonly TraceEvent[] {
  const state = new Uint8Array(protocol.bytes)
  protocol.first(state)
  const events: TraceEvent[] = []
  for (const index of path) {
    protocol.load(state)
    const rule = protocol.rules[index] as Rule
    const step = rule.step()
    if (step.kind !== 'unseen') events.push(step)
    rule.act()
    protocol.save(state)
  }
  return events
}

function traceIn({ mode, kind, clientOf, binding }: Setup, events: readonly TraceEvent[]): Trace {
  return { mode, consume: kind, home: '0', regions: ['0', '1', '2'], clientOf, ...(binding && { binding }), events }
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
    const before = world.issuer
    const { clock } = world
    rules[index]?.act()
    const endsEarly = world.issuer === 'forgotten' && before !== 'forgotten'
    if (endsEarly || (clock !== world.clock && !choices.rarely(10))) continue
    save(state)
    yield index
  }
}
