import { edgeStackRegion } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { possibleAlarms } from '../names.ts'
import type { Secret } from '../../ports/aws-resources.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'
import { type InventoryItem, item, type InventoryScope } from './inventory-item.ts'
import { helperFunctions, logGroupsOf, logPrefixes } from './log-groups.ts'

/** What is called the same in every Region that has it. */
export async function ofRegion(
  { aws, settings: { name }, names }: InventoryScope,
  histories: readonly StackHistory[],
  region: Region,
): Promise<readonly InventoryItem[]> {
  const [links, answers, secret, apis, firewall, hasBus, alarms] = await Promise.all([
    aws.tables.describe(names.linksTable, region),
    aws.tables.describe(names.apiStateTable, region),
    aws.secrets.describe(names.secret, region),
    aws.restApis.named(name, region),
    aws.firewalls.named(`${name}-api`, 'REGIONAL', region),
    aws.events.hasBus(names.bus, region),
    aws.watch.alarms(possibleAlarms(name), region),
  ])
  return [
    ...apis.map(({ id }) => item('REST API', { name: `${name} (${id})`, region })),
    ...(links === undefined ? [] : [item('table', { name: names.linksTable, region })]),
    ...(answers === undefined ? [] : [item('table', { name: names.apiStateTable, region })]),
    ...(firewall === undefined ? [] : [item('web ACL', { name: `${name}-api`, region })]),
    ...(secret === undefined ? [] : [ofSecret(secret, { name: names.secret, region }, histories)]),
    ...(hasBus ? [item('event bus', { name: names.bus, region })] : []),
    ...alarms.map(alarm => item('alarm', { name: alarm.name, region })),
  ]
}

function ofSecret(
  { deletedAt }: Secret,
  of: Pick<InventoryItem, 'name' | 'region'>,
  histories: readonly StackHistory[],
): InventoryItem {
  const ownedByStack = resourcesCreatedBy(histories, ['AWS::SecretsManager::Secret']).some(made => made.ownedByStack)
  const waits = deletedAt !== undefined
  return item('secret', { ...of, ownedByStack, billed: !waits, note: waits ? 'scheduled for deletion' : '' })
}

/** A function costs nothing while nobody calls it; that of the edge is called by the distribution alone. */
export async function functions(
  { aws, names }: InventoryScope,
  histories: readonly StackHistory[],
  region: Region,
): Promise<readonly InventoryItem[]> {
  const made = resourcesCreatedBy(histories, ['AWS::Lambda::Function']).filter(each => each.region === region)
  const known = region === edgeStackRegion ? [names.edgeFunction] : []
  const candidates = new Set([...made.map(({ physicalId }) => physicalId), ...known, ...helperFunctions(names, region)])
  const found = await Promise.all(
    [...candidates].map(async name => ({ name, there: await aws.functions.describe(name, region) })),
  )
  return found.flatMap(({ name, there }) => {
    if (there === undefined) return []
    const ownedByStack = made.some(each => each.physicalId === name && each.ownedByStack)
    return [item('function', { name, region, ownedByStack, billed: name !== names.edgeFunction })]
  })
}

/** Those of its stacks, and those that AWS makes without being asked. */
export async function logGroups(
  { aws, names }: InventoryScope,
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
      .filter(name => candidates.has(name)),
  )
  return [...ours].map(name =>
    item('log group', { name, region, ownedByStack: owned.some(({ physicalId }) => physicalId === name) }),
  )
}

/** A key that waits for its deletion costs nothing (AWS KMS pricing). */
export async function kmsKeys(
  { aws, settings: { name } }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const made = resourcesCreatedBy(histories, ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey'])
  const found = await Promise.all(
    made.map(async ({ physicalId, region, ownedByStack }) => {
      const key = await aws.kms.describe(physicalId, region)
      if (key === undefined) return []
      const waits = key.state.startsWith('Pending')
      const note = waits ? `${key.state}: of ${name}, goes by itself within two weeks` : `${key.state}, of ${name}`
      return [
        item('KMS key', {
          name: physicalId,
          region,
          ownedByStack,
          billed: !waits,
          removal: waits ? 'by itself' : 'now',
          note,
        }),
      ]
    }),
  )
  return found.flat()
}
