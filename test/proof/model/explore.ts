import { StateSet } from './state-set.ts'

/** A graph that `explore` can visit: states of a fixed number of bytes, and the steps between them. */
export interface Machine {
  /** Bytes of one state, a multiple of four. Equal states have equal bytes. */
  readonly bytes: number
  /** Writes the first state. */
  first(into: Uint8Array): void
  /** For each step out of `from`, writes the next state into `to` and calls `reached` with the step's number. */
  expand(from: Uint8Array, to: Uint8Array, reached: (step: number) => void): void
  /** Describes a step in words, for the reader of a counterexample. */
  name(from: Uint8Array, step: number): string
  /** Returns the property that this state breaks, if any. */
  broken(state: Uint8Array): string | undefined
  /** Returns true for states to count in `Exploration.notable`. */
  notable?(state: Uint8Array): boolean
}

/** Result of an exploration. It is exhaustive unless `stoppedAt` is set or there is a counterexample. */
export interface Exploration {
  readonly states: number
  readonly transitions: number
  /** Steps to the state farthest from the first. */
  readonly depth: number
  readonly ms: number
  readonly notable: number
  /** The limit, if the exploration reached it before it had visited all states. */
  readonly stoppedAt?: number
  readonly counterexample?: Counterexample
}

/** A shortest path from the first state to one that breaks a property. */
export interface Counterexample {
  readonly property: string
  /** The steps in words. */
  readonly steps: readonly string[]
  /** The numbers of the same steps. */
  readonly path: readonly number[]
}

/** When an exploration ends early. */
export interface Bounds {
  /** Number of states after which, roughly, it stops. */
  readonly limit?: number
  /** The only property whose breach ends it. States that break another one are not expanded. */
  readonly until?: string | undefined
}

/**
 * Visits every reachable state breadth first, so the first counterexample is a shortest one, and ends there. States are
 * compared in full, never by a hash alone: a collision would hide a state.
 */
export function explore(machine: Machine, { limit = Number.POSITIVE_INFINITY, until }: Bounds = {}): Exploration {
  const startedAt = performance.now()
  const seen = new StateSet(machine.bytes)
  const parents: number[] = []
  const state = new Uint8Array(machine.bytes)
  const next = new Uint8Array(machine.bytes)
  machine.first(next)
  seen.add(next)
  let [transitions, depth, notable, levelEnd, at] = [0, 0, 0, 1, 0]
  let property: string | undefined
  const reached = () => {
    transitions += 1
    if (seen.add(next)) parents.push(at)
  }
  for (; at < seen.size && seen.size <= limit; at += 1) {
    if (at === levelEnd) {
      depth += 1
      levelEnd = seen.size
    }
    seen.read(at, state)
    property = machine.broken(state)
    if (property !== undefined && (until ?? property) === property) break
    if (property !== undefined) continue
    if (machine.notable?.(state)) notable += 1
    machine.expand(state, next, reached)
  }
  const ms = Math.round(performance.now() - startedAt)
  const found = { states: seen.size, transitions, depth, ms, notable }
  if (at === seen.size) return found
  if (property === undefined) return { ...found, stoppedAt: limit }
  const states = pathTo(at, parents).map(index => seen.read(index, new Uint8Array(machine.bytes)))
  return { ...found, counterexample: { property, ...stepsAlong(states, machine) } }
}

/**
 * Returns the indexes from the first state to the one at `index`. The parent of state n is at n - 1: the first has no
 * parent.
 */
function pathTo(index: number, parents: readonly number[]): readonly number[] {
  const path = [index]
  for (let at = index; at > 0;) {
    at = parents[at - 1] ?? 0
    path.unshift(at)
  }
  return path
}

/** Expands each state again to find its step to the next one, since `explore` keeps states only. */
function stepsAlong(states: readonly Uint8Array[], machine: Machine): { steps: string[]; path: number[] } {
  const next = new Uint8Array(machine.bytes)
  const path = states.slice(1).map((target, index) => {
    const matching: number[] = []
    machine.expand(states[index] as Uint8Array, next, step => {
      if (Buffer.compare(next, target) === 0) matching.push(step)
    })
    return matching[0] as number
  })
  return { path, steps: path.map((step, index) => machine.name(states[index] as Uint8Array, step)) }
}
