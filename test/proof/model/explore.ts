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
  /** States to look for, by name. */
  readonly targets?: Readonly<Record<string, (state: Uint8Array) => boolean>>
}

/** Result of an exploration. It is exhaustive unless there is a counterexample. */
export interface Exploration {
  readonly states: number
  readonly transitions: number
  /** Steps to the state farthest from the first. */
  readonly depth: number
  readonly ms: number
  /** For each target that was found, a shortest path to it, in words. */
  readonly reached: Readonly<Record<string, readonly string[]>>
  readonly counterexample?: Counterexample
}

/** A shortest path from the first state to one that breaks a property. */
interface Counterexample {
  readonly property: string
  /** The steps in words. */
  readonly steps: readonly string[]
  /** The numbers of the same steps. */
  readonly path: readonly number[]
}

/**
 * Visits every reachable state breadth first, so the first counterexample is a shortest one, and ends there. With `until`,
 * only a breach of that property ends it, and states that break another one are not expanded. States are compared in full,
 * never by a hash alone: a collision would hide a state.
 */
export function explore(machine: Machine, until?: string): Exploration {
  const startedAt = performance.now()
  const seen = new StateSet(machine.bytes)
  const parents: number[] = []
  const state = new Uint8Array(machine.bytes)
  const next = new Uint8Array(machine.bytes)
  machine.first(next)
  seen.add(next)
  let [transitions, depth, levelEnd, at] = [0, 0, 1, 0]
  let property: string | undefined
  const missing = new Map(Object.entries(machine.targets ?? {}))
  const found: [string, number][] = []
  const reach = () => {
    transitions += 1
    if (seen.add(next)) parents.push(at)
  }
  for (; at < seen.size; at += 1) {
    if (at === levelEnd) {
      depth += 1
      levelEnd = seen.size
    }
    seen.read(at, state)
    property = machine.broken(state)
    if (property !== undefined && (until ?? property) === property) break
    if (property !== undefined) continue
    for (const [name, isTarget] of missing) if (isTarget(state) && missing.delete(name)) found.push([name, at])
    machine.expand(state, next, reach)
  }
  const ms = Math.round(performance.now() - startedAt)
  const along = (index: number) =>
    stepsAlong(
      pathTo(index, parents).map(place => seen.read(place, new Uint8Array(machine.bytes))),
      machine,
    )
  const reached = Object.fromEntries(found.map(([name, index]) => [name, along(index).steps]))
  const result = { states: seen.size, transitions, depth, ms, reached }
  return at === seen.size || property === undefined ? result : { ...result, counterexample: { property, ...along(at) } }
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
