import type { TraceEvent } from './event.ts'
import { promises } from './properties.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import type { Rule, Step } from './rule.ts'
import type { Binding } from './setup.ts'
import { inWords } from './words.ts'
import { unlimited } from './state.ts'

export type { Answered, Perceived, TraceEvent } from './event.ts'

/** All events of one link in a real run, in order. */
export interface Trace {
  readonly mode: 'home' | 'strong'
  readonly consume: 'delete' | 'receipt'
  readonly home: string
  readonly regions: readonly string[]
  /** The client each request belongs to, as a number from 0; at most 120 requests. */
  readonly clientOf: readonly number[]
  /** To what the link is bound, without addresses and secrets. @default `exact` */
  readonly binding?: Binding
  /** How many clients may use the link. @default one */
  readonly uses?: number
  readonly events: readonly TraceEvent[]
}

/** The index of an event that the protocol does not allow at its place, and why. */
export interface Disallowed {
  readonly index: number
  readonly why: string
}

/**
 * Returns the first event that the model does not allow, or undefined if it allows all. The rules are those of the
 * exploration, without their bounds: any number of faults, tries and duplicates, and tries of one client may overlap.
 * Steps that a trace does not record (a request arrives, an edge sends a write, a 302 is lost) may happen at any time
 * before they show, so all states of the model that agree with the events so far are kept.
 */
export function firstDisallowed(trace: Trace): Disallowed | undefined {
  const watcher = watcherOf(trace)
  let states: readonly Uint8Array[] = [watcher.first]
  const capabilities = new Map<number | undefined, string>()
  for (const [index, event] of trace.events.entries()) {
    const wrongRegion = misplaced(event, trace)
    if (wrongRegion !== undefined) return { index, why: wrongRegion }
    if (event.kind === 'answered' && event.capability !== undefined) {
      const user = trace.uses && trace.clientOf[event.request]
      if (event.capability !== (capabilities.get(user) ?? event.capability))
        return { index, why: `${inWords(event)} with another capability: ${promises.S1}` }
      capabilities.set(user, event.capability)
    }
    const before = withUnseen(states, event, watcher)
    states = after(before, event, watcher)
    if (states.length === 0) return { index, why: `${inWords(event)}, ${alternatives(before, event, watcher)}` }
  }
  return undefined
}

/**
 * Returns why the event must not happen in its Region. Names decide this, so the model of a trace has one Region only.
 */
function misplaced(event: TraceEvent, { mode, home, regions }: Trace): string | undefined {
  if (!('region' in event)) return undefined
  if (!regions.includes(event.region)) return `${inWords(event)}, which holds no table`
  const isAnywhere = mode === 'strong' || event.kind === 'purged'
  return isAnywhere || event.region === home ? undefined : `${inWords(event)}, but the home is ${home}`
}

interface Watcher {
  readonly protocol: Protocol
  readonly first: Uint8Array
  rulesAbout(event: TraceEvent): readonly Rule[]
}

const watchers = new Map<string, Watcher>()
const maxWatchers = 200

/** Makes the rules once for all traces of one shape. */
function watcherOf({ mode, consume, clientOf, binding, uses, events }: Trace): Watcher {
  const lanes = maxUnderWay(events, clientOf.length)
  const shape = [mode, consume, lanes, uses, JSON.stringify(binding), ...clientOf].join(' ')
  const known = watchers.get(shape)
  if (known !== undefined) return known
  const protocol = protocolOf({
    mode,
    kind: consume,
    regions: 1,
    clientOf,
    ...(binding && { binding }),
    ...(uses && { uses }),
    lanes,
    faults: unlimited,
    repeats: unlimited,
    putCopies: consume === 'receipt' ? unlimited : 0,
    revoke: true,
    clock: true,
    overlapping: true,
    watched: true,
  })
  const first = new Uint8Array(protocol.bytes)
  protocol.first(first)
  const byRequest = Map.groupBy(protocol.rules, ({ request }) => request)
  const rulesAbout = (event: TraceEvent) => byRequest.get('request' in event ? event.request : undefined) ?? []
  if (watchers.size === maxWatchers) watchers.clear()
  watchers.set(shape, { protocol, first, rulesAbout })
  return { protocol, first, rulesAbout }
}

/**
 * Returns the number of lanes. A write leaves its lane only if it had no effect; others may be executed again at any
 * time.
 */
function maxUnderWay(events: readonly TraceEvent[], requests: number): number {
  const counts = Array.from({ length: requests }, () => 1)
  for (const event of events) {
    const keepsLane = event.kind === 'write' || (event.kind === 'perceived' && event.what === 'unknown-effect')
    if (keepsLane) counts[event.request] = (counts[event.request] ?? 0) + 1
  }
  return Math.max(...counts)
}

/** Returns each state once. */
function distinct(states: readonly Uint8Array[]): readonly Uint8Array[] {
  if (states.length < 2) return states
  return [...new Map(states.map(state => [Buffer.from(state).toString('latin1'), state])).values()]
}

/** Returns the states that rules lead to by steps that `fits` accepts. */
function follow(
  states: readonly Uint8Array[],
  rules: readonly Rule[],
  { protocol, fits }: { protocol: Protocol; fits: (step: Step) => boolean },
): readonly Uint8Array[] {
  const reached: Uint8Array[] = []
  for (const state of states) {
    protocol.load(state)
    for (const rule of rules) {
      if (!rule.can() || !fits(rule.step())) continue
      rule.act()
      if (protocol.world.seen.broken === 'nothing') {
        const next = new Uint8Array(protocol.bytes)
        protocol.save(next)
        reached.push(next)
      }
      protocol.load(state)
    }
  }
  return distinct(reached)
}

/** Returns `states`, and all states that unseen steps of the event's request lead to. */
function withUnseen(states: readonly Uint8Array[], event: TraceEvent, watcher: Watcher): readonly Uint8Array[] {
  if (!('request' in event) && event.kind !== 'put' && event.kind !== 'purged') return states
  const { protocol } = watcher
  const rules = watcher.rulesAbout(event)
  let all = states
  for (;;) {
    const more = distinct([...all, ...follow(all, rules, { protocol, fits: step => step.kind === 'unseen' })])
    if (more.length === all.length) return all
    all = more
  }
}

function after(before: readonly Uint8Array[], event: TraceEvent, watcher: Watcher): readonly Uint8Array[] {
  const { protocol } = watcher
  return follow(before, watcher.rulesAbout(event), { protocol, fits: step => isSame(step, event) })
}

/** Returns true if the step is the event, regardless of Region and capability. */
function isSame(step: Step, event: TraceEvent): boolean {
  if (step.kind !== event.kind) return false
  const ignored = { region: undefined, capability: undefined }
  const [one, other] = [
    { ...step, ...ignored },
    { ...event, ...ignored },
  ]
  return Object.entries(one).every(([field, value]) => other[field as keyof typeof other] === value)
}

/** Returns in words the events that the protocol allows instead. */
function alternatives(before: readonly Uint8Array[], event: TraceEvent, watcher: Watcher): string {
  const possible = new Set<string>()
  const note = (step: Step) => {
    if (step.kind !== 'unseen')
      possible.add(
        'region' in step ? inWords({ ...step, region: 'region' in event ? event.region : 'any' }) : inWords(step),
      )
    return false
  }
  follow(before, watcher.rulesAbout(event), { protocol: watcher.protocol, fits: note })
  return possible.size === 0 ? 'where nothing could happen' : `where there could only be: ${[...possible].join('; ')}`
}
