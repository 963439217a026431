import { configurationNamed, dangers, type UsualName } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { type Guard, guardNames } from './guards.ts'
import type { promises } from './properties.ts'
import { protocolOf } from './protocol.ts'

/** What came of exploring the protocol without one guard. It must have a counterexample. */
export interface Missed {
  readonly guard: Guard
  readonly configuration: UsualName
  readonly breaks: keyof typeof promises
  readonly exploration: Exploration
}

/** Robs the protocol of each guard in turn, in every configuration in which that must show. */
export function* missGuards(): Generator<Missed> {
  for (const guard of guardNames) {
    const { breaks, in: names } = dangers[guard]
    for (const configuration of names) {
      const robbed = protocolOf({ ...configurationNamed(configuration), removed: guard })
      yield { guard, configuration, breaks, exploration: explore(robbed, { until: breaks }) }
    }
  }
}
