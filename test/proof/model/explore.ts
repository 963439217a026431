import { StateSet } from './state-set.ts'

/** What can be explored: states of a fixed number of bytes, and the steps between them. */
export interface Machine {
  /** Bytes of one state, a multiple of four. Equal states have equal bytes. */
  readonly bytes: number
  /** Writes the state everything begins with. */
  first(into: Uint8Array): void
  /** For each step out of `from`, writes where it leads into `to` and calls `reached` with the step's number. */
  expand(from: Uint8Array, to: Uint8Array, reached: (step: number) => void): void
  /** Says a step in words, so that a reader can follow. */
  name(from: Uint8Array, step: number): string
  /** Which property this state breaks, if any. */
  broken(state: Uint8Array): string | undefined
  /** True for states that are to be counted beside the others. */
  notable?(state: Uint8Array): boolean
}

/** What an exploration came to. It is exhaustive unless `stoppedAt` is set or there is a counterexample. */
export interface Exploration {
  readonly states: number
  readonly transitions: number
  /** Steps to the state farthest from the first. */
  readonly depth: number
  readonly ms: number
  readonly notable: number
  /** The limit that was met before all states were seen. */
  readonly stoppedAt?: number
  readonly counterexample?: Counterexample
}

/** A shortest way from the first state to one that breaks a property. */
export interface Counterexample {
  readonly property: string
  /** The steps in words, and their numbers. */
  readonly steps: readonly string[]
  readonly path: readonly number[]
}

/** Where an exploration may end. */
export interface Bounds {
  /** Stop after about so many states. */
  readonly limit?: number
  /** Look for a breach of this property; states that break another one are not gone on from. */
  readonly until?: string | undefined
}

/**
 * Visits every state that can be reached, breadth first, so the first counterexample is a shortest one, and ends there.
 * States are compared in full, never by a hash alone: exhaustive means exhaustive.
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

/** Indexes from the first state to the one at `index`. The parent of state n is at n - 1: the first has none. */
function pathTo(index: number, parents: readonly number[]): readonly number[] {
  const path = [index]
  for (let at = index; at > 0;) {
    at = parents[at - 1] ?? 0
    path.unshift(at)
  }
  return path
}

/** Only states are kept, so the steps between them are found by taking them again. */
function stepsAlong(states: readonly Uint8Array[], machine: Machine): { steps: string[]; path: number[] } {
  const next = new Uint8Array(machine.bytes)
  const path = states.slice(1).map((target, index) => {
    const fitting: number[] = []
    machine.expand(states[index] as Uint8Array, next, step => {
      if (Buffer.compare(next, target) === 0) fitting.push(step)
    })
    return fitting[0] as number
  })
  return { path, steps: path.map((step, index) => machine.name(states[index] as Uint8Array, step)) }
}
