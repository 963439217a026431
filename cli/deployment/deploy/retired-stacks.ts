import type { DeployedStack } from '../../ports/aws-stacks.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import type { Region } from '../../../shared/regions.ts'
import { deleteEmptyStack, type StackScope } from './prepare-stack.ts'
import type { Steps } from './steps.ts'

/**
 * Deletes the stacks that the settings no longer have, keys after all others. Call it when the replicas of their Regions are gone.
 * Rejects with a `StoppedError` if one holds links or files, or can't be deleted.
 */
export async function deleteRetired(
  retired: readonly DeployedStack[],
  scope: StackScope & { readonly steps: Steps },
): Promise<void> {
  // us-east-1 has the keys that others copy, so its stack is the last.
  const rank = ({ name, region }: DeployedStack) =>
    name === `${scope.name}-keys-${region}` ? (region === edgeStackRegion ? 2 : 1) : 0
  for (const stack of retired.toSorted((a, b) => rank(a) - rank(b))) {
    const end = scope.steps.begin(`${stack.name} in ${stack.region}`)
    await deleteEmptyStack(stack, scope)
    end('deleted, because the settings no longer have it')
  }
}

/**
 * Turns the deletion protection of the tables off that an update is about to remove with the apis of these Regions. Nothing undoes
 * this, because the tables go.
 */
export async function unprotectDroppedApis(regions: readonly Region[], scope: StackScope): Promise<void> {
  for (const region of regions) await unprotectApiState(region, scope)
}

async function unprotectApiState(region: Region, { name, account, ports: { aws } }: StackScope): Promise<void> {
  const { apiStateTable } = physicalNames(name, account)
  const table = await aws.tables.describe(apiStateTable, region)
  if (table?.deletionProtected === true) await aws.tables.unprotect(apiStateTable, region)
}

/** Turns termination protection of all stacks on, if the settings want it. Returns how many had none. */
export async function protectStacks(
  stacks: readonly { readonly name: string; readonly region: Region }[],
  { deletionProtection }: Settings,
  { aws }: StackScope['ports'],
): Promise<number> {
  if (!deletionProtection) return 0
  const found = await Promise.all(stacks.map(({ name, region }) => aws.stacks.describe(name, region)))
  const open = found.filter(stack => stack !== undefined && !stack.isProtected)
  for (const stack of open) if (stack !== undefined) await aws.stacks.protect(stack)
  return open.length
}
