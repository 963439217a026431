import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Ports } from '../../ports/ports.ts'
import { allRegions, stackKinds } from '../names.ts'
import { explainAwsError } from './aws-errors.ts'
import { deleteStack } from './delete-stack.ts'
import { historyOf, isThere, type StackHistory } from './history.ts'
import type { InventoryItem, InventoryScope } from './inventory-item.ts'
import { inventoryOf } from './inventory.ts'

/** How often it is looked whether a table took a change, in milliseconds. */
const pollMs = 5_000

/** And how often at most: five minutes in all. */
const looks = 60

/**
 * Takes a deployment down, as far as AWS lets it until `deadline`; gives what is left. Can be run again and again, until
 * nothing is. Rejects when AWS can't be asked; what single stacks fail with is noted.
 */
export async function deleteDeployment(
  subject: InventoryScope,
  ports: Ports,
  deadline: EpochMs,
): Promise<readonly InventoryItem[]> {
  const stacks = (await historyOf(subject.aws, subject.settings)).filter(isThere)
  await unprotect(stacks, subject, ports)
  for (const group of inOrder(stacks, subject)) {
    await Promise.all(group.map(stack => deleteStack(stack, ports, deadline)))
  }
  for (const item of await inventoryOf(subject)) await removeLeftover(item, subject, ports)
  return inventoryOf(subject)
}

/** Each group stands on those after it. The first home Region has the bus to which all others send alarms. */
function inOrder(stacks: readonly StackHistory[], { settings }: InventoryScope): readonly (readonly StackHistory[])[] {
  const [home] = settings.homeRegions
  return stackKinds.flatMap(kind => {
    const group = stacks.filter(stack => stack.kind === kind)
    if (kind !== 'region') return [group]
    return [group.filter(({ region }) => region !== home), group.filter(({ region }) => region === home)]
  })
}

async function unprotect(stacks: readonly StackHistory[], subject: InventoryScope, ports: Ports): Promise<void> {
  const { aws, settings, names } = subject
  if (stacks.length > 0) ports.info('turning deletion protection off')
  for (const stack of stacks) await aws.stacks.unprotect(stack)
  const tables = allRegions(settings).flatMap(region => [
    { name: names.linksTable, region },
    { name: names.apiStateTable, region },
  ])
  await Promise.all(tables.map(table => unprotectTable(table, subject, ports)))
}

/** Once for each replica: the protection of one says nothing of the others'. A table that changes takes no other change. */
async function unprotectTable(
  { name, region }: { readonly name: string; readonly region: Region },
  { aws }: InventoryScope,
  { clock }: Ports,
): Promise<void> {
  const table = await aws.tables.describe(name, region)
  if (table?.deletionProtected !== true) return
  await aws.tables.unprotect(name, region)
  for (let look = 1; look <= looks; look += 1) {
    const now = await aws.tables.describe(name, region)
    if (now === undefined || (now.status === 'ACTIVE' && !now.deletionProtected)) return
    await clock.pause(pollMs)
  }
}

/** What no stack is to delete, and what AWS makes without being asked. */
async function removeLeftover(
  { kind, name, region, ownedByStack, removal: goes }: InventoryItem,
  { aws }: InventoryScope,
  { info: note }: Ports,
): Promise<void> {
  if (ownedByStack || goes !== 'now' || region === 'global') return
  try {
    if (kind === 'log group') await aws.logs.removeGroup(name, region)
    else if (kind === 'secret') await aws.secrets.remove(name, region)
    else if (kind === 'KMS key') await aws.kms.scheduleDeletion(name, region)
    else if (kind === 'function' && (await aws.functions.remove(name, region)) === 'replicated') {
      note(`function ${name} stays: ${explainAwsError('replicated function')}`)
    }
  } catch (error) {
    note(`${kind} ${name} in ${region} stays: ${error instanceof Error ? error.message : String(error)}`)
  }
}
