import type { TraceEvent } from './event.ts'
import type { Setup } from './setup.ts'
import type { World } from './state.ts'

/** A step of the model: an event that a trace records, or one that only the model knows. */
export type Step = TraceEvent | { readonly kind: 'unseen'; readonly what: string }

/**
 * One kind of step, for one request, write or Region: when it can happen, and what it changes. A rule is bound to one
 * world; `can`, `act` and `step` are about the present state of that world.
 */
export interface Rule {
  /** The request to which the step belongs, if any. */
  readonly request?: number
  /** Part of `can` that rules next to one another share. It is only for speed: an exploration asks it once for all of them. */
  readonly gate?: () => boolean
  can(): boolean
  act(): void
  /** Describes the step from the state before it. */
  step(): Step
}

/** Setup and world, from which rules are made. */
export interface Stage {
  readonly setup: Setup
  readonly world: World
}

/** Gives rules that can happen only if `gate` this gate. */
export function behind(gate: () => boolean, rules: readonly Rule[]): readonly Rule[] {
  return rules.map(rule => ({ ...rule, gate }))
}

/** Makes an unseen step, for `Rule.step`. */
export function unseen(what: string): () => Step {
  return () => ({ kind: 'unseen', what })
}
