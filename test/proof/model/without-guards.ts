import { configurationNamed, dangers, type UsualName } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { type Guard, guardNames } from './guards.ts'
import type { promises } from './properties.ts'
import { protocolOf } from './protocol.ts'

/** Result of exploring the protocol without one guard. It must have a counterexample. */
export interface ExplorationWithoutGuard {
  readonly guard: Guard
  readonly configuration: UsualName
  readonly breaks: keyof typeof promises
  readonly exploration: Exploration
}

/** Explores the protocol without each guard in turn, in every configuration in which that must break a promise. */
export function* exploreWithoutGuards(): Generator<ExplorationWithoutGuard> {
  for (const guard of guardNames) {
    const { breaks, in: names } = dangers[guard]
    for (const configuration of names) {
      const protocol = protocolOf({ ...configurationNamed(configuration), removed: guard })
      yield { guard, configuration, breaks, exploration: explore(protocol, { until: breaks }) }
    }
  }
}
