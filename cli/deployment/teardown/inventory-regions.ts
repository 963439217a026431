import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Secret } from '../../ports/aws-data.ts'
import { isEdgeFunction, isRestored, possibleAlarms, restoredPrefix } from '../names.ts'
import { trialKindOf } from '../prove/trials/trials.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'
import { type InventoryItem, item, type InventoryScope } from './inventory-item.ts'
import { helperFunctions, isEdgeLog, isLogOfStack, logGroupsOf, logPrefixes } from './log-groups.ts'

/** Lists the resources of a Region that have the same name in every Region. */
export async function regionalItems(
  { aws, settings: { name }, names }: InventoryScope,
  histories: readonly StackHistory[],
  region: Region,
): Promise<readonly InventoryItem[]> {
  const tableNames = [names.linksTable, names.apiStateTable, names.deliveriesTable]
  const [tables, restored, secret, apis, tokenApis, hasBus, alarms] = await Promise.all([
    Promise.all(tableNames.map(table => aws.tables.describe(table, region))),
    aws.tables.named(restoredPrefix(names), region),
    aws.secrets.describe(names.secret, region),
    aws.restApis.named(name, region),
    aws.restApis.named(names.tokenApi, region),
    aws.events.hasBus(names.bus, region),
    aws.watch.alarms(possibleAlarms(name), region),
  ])
  return [
    ...apis.map(({ id }) => item('REST API', { name: `${name} (${id})`, region })),
    ...tokenApis.map(({ id }) => item('REST API', { name: `${names.tokenApi} (${id})`, region })),
    ...tableNames.filter((_, index) => tables[index]).map(table => item('table', { name: table, region })),
    ...restored.filter(isRestored).map(table => item('restored table', { name: table, region })),
    ...(secret === undefined ? [] : [secretItem(secret, { name: names.secret, region }, histories)]),
    ...(hasBus ? [item('event bus', { name: names.bus, region })] : []),
    ...alarms.map(alarm => item('alarm', { name: alarm.name, region })),
  ]
}

function secretItem(
  { deletedAt }: Secret,
  fields: Pick<InventoryItem, 'name' | 'region'>,
  histories: readonly StackHistory[],
): InventoryItem {
  const ownedByStack = resourcesCreatedBy(histories, ['AWS::SecretsManager::Secret']).some(each => each.ownedByStack)
  const isScheduled = deletedAt !== undefined
  return item('secret', {
    ...fields,
    ownedByStack,
    billed: !isScheduled,
    note: isScheduled ? 'scheduled for deletion' : '',
  })
}

/**
 * Lists the functions of a Region. A function costs nothing while it isn't called; edge functions are not billed, because
 * only the distribution calls them, or none if `once prove` made them. Each attempt at a first deployment may have left one.
 */
export async function functionItems(
  { aws, names, settings: { name: deployment } }: InventoryScope,
  histories: readonly StackHistory[],
  region: Region,
): Promise<readonly InventoryItem[]> {
  const created = resourcesCreatedBy(histories, ['AWS::Lambda::Function']).filter(each => each.region === region)
  const isEdge = (name: string) => isEdgeFunction(name, deployment) || trialKindOf(name, deployment) !== undefined
  const edges = region === edgeStackRegion ? (await aws.functions.named(names.edgeFunction, region)).filter(isEdge) : []
  const candidates = new Set([
    ...created.map(({ physicalId }) => physicalId),
    ...edges,
    ...helperFunctions(names, region),
  ])
  const found = await Promise.all(
    [...candidates].map(async name => ({ name, description: await aws.functions.describe(name, region) })),
  )
  return found.flatMap(({ name, description }) => {
    if (description === undefined) return []
    const ownedByStack = created.some(each => each.physicalId === name && each.ownedByStack)
    return [item('function', { name, region, ownedByStack, billed: !isEdge(name) })]
  })
}

/** Lists the log groups of a Region: those of stacks, and those that AWS creates by itself. */
export async function logGroupItems(
  { aws, names, settings: { name: deployment } }: InventoryScope,
  histories: readonly StackHistory[],
  region: Region,
): Promise<readonly InventoryItem[]> {
  const candidates = logGroupsOf(names, histories, region)
  const owned = resourcesCreatedBy(histories, ['AWS::Logs::LogGroup']).filter(
    each => each.region === region && each.ownedByStack,
  )
  const found = await Promise.all(logPrefixes(names).map(prefix => aws.logs.groups(prefix, region)))
  const ours = new Set(
    found
      .flat()
      .map(({ name }) => name)
      .filter(name => candidates.has(name) || isEdgeLog(name, deployment) || isLogOfStack(name, deployment, region)),
  )
  return [...ours].map(name =>
    item('log group', { name, region, ownedByStack: owned.some(({ physicalId }) => physicalId === name) }),
  )
}

/** Lists KMS keys. A key that waits for its deletion costs nothing (AWS KMS pricing). */
export async function kmsKeyItems(
  { aws, settings: { name } }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const created = resourcesCreatedBy(histories, ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey'])
  const found = await Promise.all(
    created.map(async ({ physicalId, region, ownedByStack }) => {
      const key = await aws.kms.describe(physicalId, region)
      if (key === undefined) return []
      const isPending = key.state.startsWith('Pending')
      const note = isPending ? `${key.state}: of ${name}, KMS deletes it within two weeks` : `${key.state}, of ${name}`
      return [
        item('KMS key', {
          name: physicalId,
          region,
          ownedByStack,
          billed: !isPending,
          removal: isPending ? 'by itself' : 'now',
          note,
        }),
      ]
    }),
  )
  return found.flat()
}
