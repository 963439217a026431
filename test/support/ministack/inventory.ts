import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { regions } from '../../../shared/regions.ts'
import { python } from '../machine/python.ts'

/** How its program runs: it takes a few seconds. */
const options = { timeout: 120_000, maxBuffer: 64 << 20 }

/** What an account holds: a hash of what AWS says of each thing, by its kind, name and Region. */
export type Inventory = Readonly<Record<string, string>>

/**
 * Lists what the account holds in all Regions that a deployment may use, with boto3 (inventory.py). Rejects with what it printed if it
 * fails. Does not block this process, which decides on calls that functions make meanwhile.
 */
export async function takeInventory(inRegions: readonly string[] = regions): Promise<Inventory> {
  const program = join(import.meta.dirname, 'inventory.py')
  const { stdout } = await promisify(execFile)(python, [program, ...inRegions], options)
  return JSON.parse(stdout) as Inventory
}

/** What changes without a change: each command uploads its templates, and the function of totals, on its schedule, sets the edge's retention. */
const changing = /^(bucket cdk-|log group \/\S+\/edge )/

/** What Lambda makes again for the last line of the function of totals, if a run of its schedule is under way while it is deleted. */
export const madeAgain = /^log group \/aws\/lambda\/\S+-watch us-east-1$/

/** Returns the things that one inventory has and the other has not, or in another state. */
export function differences(before: Inventory, after: Inventory): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => before[name] !== after[name] && !changing.test(name)).toSorted()
}
