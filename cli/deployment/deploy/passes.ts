import type { Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedState } from './deployed.ts'

/** One deployment of all stacks. A change of settings may need several. */
export interface Pass {
  /** What it is for, in a few words. */
  readonly purpose: string
  /** Settings that differ from those of the user in this pass. */
  readonly overrides: Readonly<Record<'homeRegions' | 'leavingRegions', readonly Region[]>>
}

/**
 * Returns the passes from what is deployed to the settings. CloudFormation adds or removes one replica of a table in an update
 * (AWS, "AWS::DynamoDB::GlobalTable"), so each has a pass, which changes nothing else.
 */
export function passesTo(wanted: Settings, { replicas }: Pick<DeployedState, 'replicas'>): readonly Pass[] {
  const added = replicas.length === 0 ? [] : wanted.homeRegions.filter(region => !replicas.includes(region))
  const removed = replicas.filter(region => !wanted.homeRegions.includes(region))
  const leaving = [...new Set([...wanted.leavingRegions, ...removed])]
  const moves = [...removed.map(region => ({ region, adds: false })), ...added.map(region => ({ region, adds: true }))]
  let homes = [...wanted.homeRegions.filter(region => !added.includes(region)), ...removed]
  const pass = (purpose: string): Pass => {
    const leavingRegions = leaving.filter(region => homes.includes(region))
    return { purpose, overrides: { homeRegions: homes, leavingRegions } }
  }
  const passes = [pass(moves.length === 0 ? 'deploy' : 'everything but the replicas of the table')]
  for (const { region, adds } of moves) {
    homes = adds
      ? wanted.homeRegions.filter(each => each === region || homes.includes(each))
      : homes.filter(each => each !== region)
    passes.push(pass(`${adds ? 'add' : 'remove'} the replica in ${region}`))
  }
  return passes
}
