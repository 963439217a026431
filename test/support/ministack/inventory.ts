import { join } from 'node:path'
import { regions } from '../../../shared/regions.ts'
import { runPython } from '../python.ts'

/** Longest inventory, in seconds: it takes ten. */
const maxSeconds = 120

/** What an account holds: a hash of what AWS says of each thing, by its kind, name and Region. */
export type Inventory = Readonly<Record<string, string>>

/** Lists what the account holds in all Regions that a deployment may use, with boto3 (inventory.py). */
export function takeInventory(inRegions: readonly string[] = regions): Inventory {
  return JSON.parse(runPython([join(import.meta.dirname, 'inventory.py'), ...inRegions], maxSeconds)) as Inventory
}

/** What changes without a change: each command uploads its templates, and the watch function, on its schedule, sets the edge's retention. */
const changing = /^(bucket cdk-|log group \/\S+\/edge )/

/** Returns the things that one inventory has and the other has not, or in another state. */
export function differences(before: Inventory, after: Inventory): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => before[name] !== after[name] && !changing.test(name)).toSorted()
}
