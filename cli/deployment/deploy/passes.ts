import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedState } from './deployed.ts'

/** One deployment of all stacks. A change of settings may need several. */
export interface Pass {
  /** What it is for, in a few words. */
  readonly purpose: string
  /** Settings that differ from those of the user in this pass. */
  readonly overrides: Readonly<Record<'homeRegions' | 'leavingRegions' | 'unprotectedRegions', readonly Region[]>>
}

type Known = Pick<DeployedState, 'settings' | 'complete' | 'replicas'>

/**
 * Returns the passes from what is deployed to the settings. CloudFormation adds or removes one replica of a table in an update
 * (AWS, "AWS::DynamoDB::GlobalTable"), so each has a pass, which changes nothing else. Whatever a pass creates is unprotected until
 * it exists: a failed creation must be able to delete it again. A last pass protects it.
 */
export function passesTo(wanted: Settings, known: Known): readonly Pass[] {
  const { replicas } = known
  const added = replicas.length === 0 ? [] : wanted.homeRegions.filter(region => !replicas.includes(region))
  const removed = replicas.filter(region => !wanted.homeRegions.includes(region))
  const leaving = [...new Set([...wanted.leavingRegions, ...removed])]
  const open = new Set([...unprotectedIn(wanted, known), ...added, ...removed])
  const moves = [...removed.map(region => ({ region, adds: false })), ...added.map(region => ({ region, adds: true }))]
  let homes = [...wanted.homeRegions.filter(region => !added.includes(region)), ...removed]
  const pass = (purpose: string): Pass => {
    const isOurs = (region: Region) => homes.includes(region) || apiRegionsOf(wanted).includes(region)
    const leavingRegions = leaving.filter(region => homes.includes(region))
    return { purpose, overrides: { homeRegions: homes, leavingRegions, unprotectedRegions: [...open].filter(isOurs) } }
  }
  const passes = [pass(moves.length === 0 ? 'deploy' : 'everything but the replicas of the table')]
  for (const { region, adds } of moves) {
    homes = adds
      ? wanted.homeRegions.filter(each => each === region || homes.includes(each))
      : homes.filter(each => each !== region)
    passes.push(pass(`${adds ? 'add' : 'remove'} the replica in ${region}`))
  }
  if (open.size === 0 || !wanted.deletionProtection) return passes
  open.clear()
  return [...passes, pass('protect what now exists')]
}

/** Returns the Regions in which this deployment creates a table, or did not finish the stack that does. */
function unprotectedIn(wanted: Settings, { settings, complete, replicas }: Known): readonly Region[] {
  const names = physicalNames(wanted.name, '')
  const isComplete = (region: Region) => complete.has(names.regionStack(region))
  const [home] = wanted.homeRegions
  const tables = wanted.homeRegions.filter(region => !isComplete(home) || !replicas.includes(region))
  const apis = apiRegionsOf(wanted).filter(
    region => !isComplete(region) || settings?.apiRegions.includes(region) !== true,
  )
  return [...new Set([...tables, ...apis])]
}
