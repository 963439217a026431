import type { EpochSeconds } from '../shared/time.ts'
import { graceSeconds, orphanSeconds } from './periods.ts'
import type { PublicKey } from './ports.ts'

/** What is known when public keys are retired. */
export interface Holdings {
  readonly now: EpochSeconds
  /** This deployment's public keys at CloudFront. */
  readonly publicKeys: readonly PublicKey[]
  /** The ids of those in the key group. */
  readonly inGroup: readonly string[]
  /** The ids that AWSCURRENT and AWSPENDING name. */
  readonly named: ReadonlySet<string>
  /** Since when AWSCURRENT has been in force everywhere; undefined while nobody knows. */
  readonly inForceSince: EpochSeconds | undefined
}

/** Ids of public keys to be taken out of the key group, and to be deleted after that. */
export interface Retirable {
  readonly fromGroup: readonly string[]
  readonly deletable: readonly string[]
}

/**
 * Which public keys nobody can need any more. Out of the group go those that no value names, once every URL that was
 * signed by a former value has expired; those in no group are what a rotation left that died, or an earlier retirement.
 * The youngest stay in any case: a rotation may be under way that will name them.
 */
export function retirable({ now, publicKeys, inGroup, named, inForceSince }: Holdings): Retirable {
  const unnamed = publicKeys
    .filter(({ id, createdAt }) => !named.has(id) && now >= createdAt + orphanSeconds)
    .map(({ id }) => id)
  const isOver = inForceSince !== undefined && now >= inForceSince + graceSeconds
  const fromGroup = isOver ? unnamed.filter(id => inGroup.includes(id)) : []
  return { fromGroup, deletable: unnamed.filter(id => !inGroup.includes(id) || fromGroup.includes(id)) }
}
