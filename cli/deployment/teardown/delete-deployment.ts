import type { EpochMs } from '../../../shared/time.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { allRegions } from '../names.ts'
import { type RegionTable, setProtection } from '../table-protection.ts'
import { deleteStack, hasSettled, explainAwsError } from './delete-stack.ts'
import { exists, historyOf, type StackHistory, inDeletionOrder } from './history.ts'
import { inventoryOf } from './inventory.ts'
import { alarmTopicArn, type InventoryItem, type InventoryScope } from './inventory-item.ts'

/**
 * Deletes a deployment, as far as AWS allows until `deadline`; resolves to what is left. Can be repeated until nothing is
 * left. Reports the failures of single stacks and leftovers through `ports.info`; rejects if other requests to AWS fail.
 */
export async function deleteDeployment(
  scope: InventoryScope,
  ports: DeploymentPorts,
  deadline: EpochMs,
): Promise<readonly InventoryItem[]> {
  const stacks = (await historyOf(scope.aws, scope.settings)).filter(exists)
  // An update that goes on may turn the protection of tables on again.
  await Promise.all(stacks.map(stack => hasSettled(stack, ports, deadline)))
  await unprotect(stacks, scope, ports)
  for (const group of inDeletionOrder(stacks)) {
    await Promise.all(group.map(stack => deleteStack(stack, ports, deadline)))
  }
  for (const item of await inventoryOf(scope)) await removeLeftover(item, scope, ports)
  return inventoryOf(scope)
}

async function unprotect(
  stacks: readonly StackHistory[],
  scope: InventoryScope,
  ports: DeploymentPorts,
): Promise<void> {
  const { aws, settings, names } = scope
  if (stacks.length > 0) ports.info('turning deletion protection off')
  for (const stack of stacks) await aws.stacks.unprotect(stack)
  const tables = allRegions(settings).flatMap(region => [
    { name: names.linksTable, region },
    { name: names.apiStateTable, region },
  ])
  await Promise.all(tables.map(table => setProtection(table, false, { ports })))
}

async function removeTable(table: RegionTable, ports: Pick<DeploymentPorts, 'aws' | 'clock'>): Promise<void> {
  await setProtection(table, false, { ports })
  await ports.aws.tables.remove(table.name, table.region)
}

/** Deletes what no stack deletes, such as log groups that AWS creates by itself. */
async function removeLeftover(
  { kind, name, region, ownedByStack, removal }: InventoryItem,
  scope: InventoryScope,
  { clock, info }: DeploymentPorts,
): Promise<void> {
  if (ownedByStack || removal !== 'now' || region === 'global') return
  const { aws } = scope
  try {
    if (kind === 'log group') await aws.logs.removeGroup(name, region)
    else if (kind === 'secret') await aws.secrets.remove(name, region)
    else if (kind === 'restored table') await removeTable({ name, region }, { aws, clock })
    else if (kind === 'topic') await aws.topics.remove(alarmTopicArn(scope), region)
    else if (kind === 'KMS key') await aws.kms.scheduleDeletion(name, region)
    else if (kind === 'function' && (await aws.functions.remove(name, region)) === 'replicated') {
      info(`function ${name} stays: ${explainAwsError('replicated function')}`)
    }
  } catch (error) {
    info(`${kind} ${name} in ${region} stays: ${error instanceof Error ? error.message : String(error)}`)
  }
}
