import { describe, expect, test } from 'vitest'
import { configurationNamed, type UsualName } from './configurations.ts'
import { missGuards } from './miss-guards.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import type { Rule } from './rule.ts'
import type { Setup } from './setup.ts'
import { firstDisallowed, type Trace, type TraceEvent } from './trace.ts'

/** What an onlooker sees when the steps of `path` are taken. */
function seenAlong(protocol: Protocol, path: Iterable<number>): readonly TraceEvent[] {
  const state = new Uint8Array(protocol.bytes)
  protocol.first(state)
  const seen: TraceEvent[] = []
  for (const index of path) {
    protocol.load(state)
    const rule = protocol.rules[index] as Rule
    const step = rule.step()
    if (step.kind !== 'unseen') seen.push(step)
    rule.act()
    protocol.save(state)
  }
  return seen
}

function traceIn({ mode, kind, clientOf }: Setup, events: readonly TraceEvent[]): Trace {
  return { mode, consume: kind, home: '0', regions: ['0', '1', '2'], clientOf, events }
}

/** Steps drawn by chance; most that end a run early are passed over. */
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

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let at = seed
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('the checker agrees with what is explored', () => {
  const names: readonly UsualName[] = [
    'home delete, three Regions, all of it',
    'home receipt, all of it',
    'strong delete, three Regions, all of it',
    'strong receipt, three faults, outages',
    'strong receipt, Put duplicated',
  ]
  test.each(names)('whatever the explored protocol does is allowed: %s', name => {
    const setup = configurationNamed(name)
    const protocol = protocolOf(setup)
    const random = randomFrom(1)
    for (let walk = 0; walk < 300; walk += 1) {
      const path = [...randomWalk(protocol, random)]
      const trace = traceIn(setup, seenAlong(protocol, path))
      expect(firstDisallowed(trace), JSON.stringify(trace.events)).toBeUndefined()
    }
  })

  // An edited nonce is seen at the door of the store, where a trace doesn't look.
  const visible = [...missGuards()].filter(({ guard }) => guard !== 'home-outside-mac')
  test.each(visible)('what happens without a guard is not: $guard, in $configuration', missed => {
    const setup = { ...configurationNamed(missed.configuration), removed: missed.guard }
    const events = seenAlong(protocolOf(setup), missed.exploration.counterexample?.path ?? [])
    expect(firstDisallowed(traceIn(setup, events))).toBeDefined()
  })
})
