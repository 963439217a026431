import { describe, expect, test } from 'vitest'
import { configurationNamed, configurations, dangers } from './configurations.ts'
import { explore } from './explore.ts'
import { guardNames } from './guards.ts'
import { protocolOf } from './protocol.ts'
import { home, type Setup } from './setup.ts'
import { itemAt, revoked } from './store.ts'
import { exploreWithoutGuards } from './without-guards.ts'
import type { Phase, World } from './state.ts'

/** Milliseconds that suffice on a machine with two busy cores. */
const timeoutMs = 900_000

/** Returns the steps of a shortest path to a world that `isTarget` accepts, if there is one. */
function pathTo(setup: Setup, isTarget: (world: World) => boolean): readonly string[] | undefined {
  const protocol = protocolOf(setup)
  const broken = (state: Uint8Array) => {
    protocol.load(state)
    return isTarget(protocol.world) ? 'the target' : undefined
  }
  return explore({ ...protocol, broken }).counterexample?.steps
}

test(
  'the protocol breaks no promise in any of more than ten million states',
  () => {
    let states = 0
    for (const configuration of configurations.filter(({ size }) => size === 'usual')) {
      const exploration = explore(protocolOf(configuration))
      expect(exploration.counterexample, configuration.name).toBeUndefined()
      expect(exploration.stoppedAt, configuration.name).toBeUndefined()
      states += exploration.states
    }
    expect(states).toBeGreaterThanOrEqual(10_000_000)
  },
  timeoutMs,
)

/** States of one configuration that fit into the memory of a small machine. */
const limit = 12_000_000

test.runIf(process.env['PROOF'] === 'all').each(configurations.filter(({ size }) => size === 'full'))(
  'the protocol breaks no promise in the first 12 million states of a large configuration: $name',
  configuration => expect(explore(protocolOf(configuration), { limit }).counterexample).toBeUndefined(),
  timeoutMs,
)

describe('without a guard, the protocol breaks a promise', () => {
  const explorations = [...exploreWithoutGuards()]

  test.each(explorations)('$guard, in $configuration', ({ breaks, exploration }) => {
    console.log(exploration.counterexample?.steps.join('\n'))
    expect(exploration.counterexample?.property).toBe(breaks)
    expect(exploration.counterexample?.steps.length).toBeLessThanOrEqual(19)
  })

  test('all 26 guards are removed in turn', () => {
    expect(guardNames).toHaveLength(26)
    expect(new Set(explorations.map(({ guard }) => guard))).toEqual(new Set(guardNames))
  })

  test('guards are removed only in configurations in which the whole protocol keeps its promises', () => {
    const explored = new Set(configurations.filter(({ size }) => size === 'usual').map(({ name }) => name))
    for (const { in: names } of Object.values(dangers)) for (const name of names) expect(explored).toContain(name)
  })
})

describe('the model reaches the states that matter', () => {
  const names = ['home delete', 'home receipt', 'strong delete', 'strong receipt'] as const

  test.each(names)('a viewer can redeem a link: %s', name => {
    const steps = pathTo(configurationNamed(name), ({ requests }) =>
      requests.some(({ phase }) => phase === 'delivered'),
    )
    expect(steps).toHaveLength(9)
  })

  test.each(names)('one viewer can be served and another refused: %s', name => {
    const steps = pathTo(
      configurationNamed(name),
      ({ requests }) =>
        requests.some(({ phase }) => phase === 'delivered') && requests.some(({ phase }) => phase === 'denied'),
    )
    expect(steps).toBeDefined()
  })

  test('with a receipt, a viewer whose 302 was lost can be served at the next try', () => {
    const steps = pathTo(
      configurationNamed('home receipt'),
      ({ requests }) => requests[0]?.phase === 'lost' && requests[1]?.phase === 'delivered',
    )
    expect(steps).toBeDefined()
  })

  test('without a receipt, a lost response can cost the viewer the link', () => {
    expect(explore(protocolOf(configurationNamed('home delete'))).notable).toBeGreaterThan(0)
  })

  const withRevoke = ['home delete, revoke', 'home receipt, revoke'] as const

  const withRevokedReceipt = ['home receipt, revoke', 'strong receipt, revoke'] as const

  test.each(withRevokedReceipt)('a used link can be revoked, and its client then gets revoked: %s', name => {
    const isRevokedAfterUse = ({ revoke, requests: [first, second] }: World) =>
      revoke === 'acknowledged-of-used' && first?.phase === 'lost' && second?.phase === 'informed'
    expect(pathTo(configurationNamed(name), isRevokedAfterUse)).toBeDefined()
  })

  test.each(withRevokedReceipt)('a redemption whose write came before the revoke may be granted after it: %s', name => {
    const isGranted = ({ revoke, requests: [first] }: World) =>
      revoke === 'acknowledged-of-used' && first?.phase === 'redirected'
    const steps = pathTo(configurationNamed(name), isGranted) ?? []
    expect(steps.at(-1)).toBe('request 0 gets granted')
  })

  test.each(withRevoke)('a revoke can be acknowledged, and then no viewer gets the link: %s', name => {
    const isRevoked = ({ revoke }: World) => revoke === 'acknowledged'
    expect(pathTo(configurationNamed(name), isRevoked)).toBeDefined()
    const isServedAfterwards = (world: World) => isRevoked(world) && world.seen.holder !== 0
    expect(pathTo(configurationNamed(name), isServedAfterwards)).toBeUndefined()
  })

  test.each(withRevoke)('a viewer of a revoked link gets revoked or outcome-unknown, never spent: %s', name => {
    const isAlways = (phase: Phase) => (world: World) =>
      world.revoke === 'acknowledged' && world.requests.every(request => request.phase === phase)
    expect(pathTo(configurationNamed(name), isAlways('informed'))).toBeDefined()
    const isDenied = ({ store, requests }: World) =>
      itemAt(store, home) === revoked && requests.some(({ phase, hurt }) => phase === 'denied' && !hurt)
    expect(pathTo(configurationNamed(name), isDenied)).toBeUndefined()
  })
})
