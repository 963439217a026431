import type { TraceEvent } from './event.ts'
import type { Setup } from './setup.ts'
import type { World } from './world.ts'

/** What happens in a step: something that can be watched, or something only the model knows of. */
export type Step = TraceEvent | { readonly kind: 'unseen'; readonly what: string }

/**
 * One kind of step, for one request, write or Region: when it can be taken, and what it changes. Rules are bound to one
 * world; `can`, `act` and `step` speak of the state that world holds at the time.
 */
export interface Rule {
  /** The request whose step it is, if any. */
  readonly request?: number
  can(): boolean
  act(): void
  /** What the step is, told from the state before it. */
  step(): Step
}

/** What rules are made from. */
export interface Stage {
  readonly setup: Setup
  readonly world: World
}

/** An unseen step, for `Rule.step`. */
export function unseen(what: string): () => Step {
  return () => ({ kind: 'unseen', what })
}
