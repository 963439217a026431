import { plusMs } from '../../../shared/time.ts'
import type { DeployedStack } from '../../ports/aws-deploy.ts'
import type { Settings } from '../../../infra/settings.ts'
import { physicalNames } from '../../../infra/physical-names.ts'
import type { Region } from '../../../shared/regions.ts'
import { deleteStack } from '../teardown/delete-stack.ts'
import { requireEmpty, type StackScope } from './prepare-stack.ts'
import { StoppedError } from './stopped.ts'
import type { Steps } from './steps.ts'

/** Milliseconds to wait for the deletion of one stack. */
const maxDeletionMs = 3600_000

/**
 * Deletes the stacks that the settings no longer have, keys after all others. Call it when the replicas of their Regions are gone.
 * Rejects with a `StoppedError` if one holds links or files, or can't be deleted.
 */
export async function deleteRetired(
  retired: readonly DeployedStack[],
  scope: StackScope & { readonly steps: Steps },
): Promise<void> {
  const { name, ports, steps } = scope
  const isKeys = (stack: DeployedStack) => stack.name.startsWith(`${name}-keys-`)
  for (const stack of retired.toSorted((a, b) => Number(isKeys(a)) - Number(isKeys(b)))) {
    const end = steps.begin(`${stack.name} in ${stack.region}`)
    await requireEmpty(stack, scope)
    await unprotectApiState(stack.region, scope)
    await ports.aws.stacks.unprotect(stack)
    const result = await deleteStack(stack, ports, plusMs(ports.clock.now(), maxDeletionMs))
    if (result !== 'deleted') {
      throw new StoppedError(`${stack.name} in ${stack.region} could not be deleted`, 'run this again later')
    }
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
  const found = await Promise.all(stacks.map(({ name, region }) => aws.stackChanges.describe(name, region)))
  const open = found.filter(stack => stack !== undefined && !stack.isProtected)
  for (const stack of open) if (stack !== undefined) await aws.stackChanges.protect(stack)
  return open.length
}
