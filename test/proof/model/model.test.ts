import { describe, expect, test } from 'vitest'
import { configurationNamed, configurations, dangers } from './configurations.ts'
import { explore } from './explore.ts'
import { guardNames } from './guards.ts'
import { missGuards } from './miss-guards.ts'
import { pack, unpack } from './pack.ts'
import { protocolOf } from './protocol.ts'
import { home, type Setup } from './setup.ts'
import { itemAt, revoked } from './store.ts'
import type { Phase, World } from './world.ts'

/** Longer than a machine with two busy cores takes. */
const patience = 900_000

/** A shortest way to a world like this, if there is one. */
function wayTo(setup: Setup, isThere: (world: World) => boolean): readonly string[] | undefined {
  const protocol = protocolOf(setup)
  const broken = (state: Uint8Array) => {
    protocol.load(state)
    return isThere(protocol.world) ? 'there' : undefined
  }
  return explore({ ...protocol, broken }).counterexample?.steps
}

test(
  'in five million states and more, no promise is broken',
  () => {
    let states = 0
    for (const configuration of configurations.filter(({ size }) => size === 'usual')) {
      const exploration = explore(protocolOf(configuration))
      expect(exploration.counterexample, configuration.name).toBeUndefined()
      expect(exploration.stoppedAt, configuration.name).toBeUndefined()
      states += exploration.states
    }
    expect(states).toBeGreaterThanOrEqual(5_000_000)
  },
  patience,
)

describe('each guard is needed: without it a promise is broken', () => {
  const missed = [...missGuards()]

  test.each(missed)('$guard, in $configuration', ({ breaks, exploration }) => {
    expect(exploration.counterexample?.property).toBe(breaks)
    expect(exploration.counterexample?.steps.length).toBeLessThanOrEqual(16)
  })

  test('none is left out', () => {
    expect(guardNames).toHaveLength(14)
    expect(new Set(missed.map(({ guard }) => guard))).toEqual(new Set(guardNames))
  })

  test('and all of it is said of worlds in which the whole protocol keeps its promises', () => {
    const sound = new Set(configurations.filter(({ size }) => size === 'usual').map(({ name }) => name))
    for (const { in: names } of Object.values(dangers)) for (const name of names) expect(sound).toContain(name)
  })
})

describe('the model is not empty', () => {
  const names = ['home delete', 'home receipt', 'strong delete', 'strong receipt'] as const

  test.each(names)('a link can be redeemed: %s', name => {
    const steps = wayTo(configurationNamed(name), ({ requests }) => requests.some(({ phase }) => phase === 'handed'))
    expect(steps).toHaveLength(9)
  })

  test.each(names)('and all viewers can be served or refused: %s', name => {
    const steps = wayTo(
      configurationNamed(name),
      ({ requests }) =>
        requests.some(({ phase }) => phase === 'handed') && requests.some(({ phase }) => phase === 'denied'),
    )
    expect(steps).toBeDefined()
  })

  test('with a receipt, a viewer whose 302 was lost is served at the next try', () => {
    const steps = wayTo(
      configurationNamed('home receipt'),
      ({ requests }) => requests[0]?.phase === 'lost' && requests[1]?.phase === 'handed',
    )
    expect(steps).toBeDefined()
  })

  test('without one, a lost answer can cost the viewer the link', () => {
    expect(explore(protocolOf(configurationNamed('home delete'))).notable).toBeGreaterThan(0)
  })

  const withRevoke = ['home delete, revoke', 'home receipt, revoke'] as const

  test.each(withRevoke)('a revoke can be acknowledged, and then nobody is served: %s', name => {
    const isRevoked = ({ revoke }: World) => revoke === 'acknowledged'
    expect(wayTo(configurationNamed(name), isRevoked)).toBeDefined()
    const isServedThen = (world: World) => isRevoked(world) && world.seen.holder !== 0
    expect(wayTo(configurationNamed(name), isServedThen)).toBeUndefined()
  })

  test.each(withRevoke)(
    'a viewer of a revoked link is told so, or that nobody knows, never that it is spent: %s',
    name => {
      const isToldAfter = (phase: Phase) => (world: World) =>
        world.revoke === 'acknowledged' && world.requests.every(request => request.phase === phase)
      expect(wayTo(configurationNamed(name), isToldAfter('told'))).toBeDefined()
      const isLiedTo = ({ store, requests }: World) =>
        itemAt(store, home) === revoked && requests.some(({ phase, hurt }) => phase === 'denied' && !hurt)
      expect(wayTo(configurationNamed(name), isLiedTo)).toBeUndefined()
    },
  )
})

test.each(['home receipt, all of it', 'strong receipt, restore'] as const)(
  'a world is the same when it was packed and unpacked: %s',
  name => {
    const protocol = protocolOf(configurationNamed(name))
    const again = new Uint8Array(protocol.bytes)
    const broken = (state: Uint8Array) => {
      unpack(protocol.world, state)
      pack(protocol.world, again)
      return Buffer.compare(state, again) === 0 ? undefined : 'it is another one'
    }
    expect(explore({ ...protocol, broken }, { limit: 50_000 }).counterexample).toBeUndefined()
  },
)
