import { describe, expect, test } from 'vitest'
import { configurationNamed, type UsualName } from './configurations.ts'
import type { Guard } from './guards.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import type { Rule } from './rule.ts'
import type { Setup } from './setup.ts'
import { firstDisallowed, type Trace, type TraceEvent } from './trace.ts'
import { exploreWithoutGuards } from './without-guards.ts'

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
function* randomWalk({ first, load, save, rules, world, bytes }: Protocol, random: () => number): Generator<number> {
  const state = new Uint8Array(bytes)
  first(state)
  for (let length = 0; length < 100; length += 1) {
    load(state)
    const possible = rules.flatMap((rule, index) => (rule.can() ? [index] : []))
    if (possible.length === 0) return
    const index = possible[Math.floor(random() * possible.length)] as number
    const before = world.issuer
    const { clock } = world
    rules[index]?.act()
    const endsEarly = world.issuer === 'forgotten' && before !== 'forgotten'
    if (endsEarly || (clock !== world.clock && random() < 0.9)) continue
    save(state)
    yield index
  }
}

/** Makes a generator of numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let at = seed
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('the check of traces agrees with the explored protocol', () => {
  const names: readonly UsualName[] = [
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
  test.each(names)('it allows every random run of the protocol: %s', name => {
    const setup = configurationNamed(name)
    const protocol = protocolOf(setup)
    const random = randomFrom(1)
    for (let walk = 0; walk < 300; walk += 1) {
      const path = [...randomWalk(protocol, random)]
      const trace = traceIn(setup, eventsAlong(protocol, path))
      expect(firstDisallowed(trace), JSON.stringify(trace.events)).toBeUndefined()
    }
  })

  // A trace doesn't record that an edge verifies an edited nonce, the addresses of repeats, or the end of a capability.
  const unrecorded = new Set<Guard>([
    'home-outside-mac',
    'repeat-from-anywhere',
    'address-named-again',
    'end-not-checked',
  ])
  const recorded = [...exploreWithoutGuards()].filter(({ guard }) => !unrecorded.has(guard))
  test.each(recorded)('it rejects the counterexample without $guard, in $configuration', result => {
    const setup = { ...configurationNamed(result.configuration), removed: result.guard }
    const events = eventsAlong(protocolOf(setup), result.exploration.counterexample?.path ?? [])
    expect(firstDisallowed(traceIn(setup, events))).toBeDefined()
  })
})
