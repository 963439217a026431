import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import { isRegion } from '../../../shared/regions.ts'
import { allRegions, isOurKey } from '../names.ts'
import { explainAwsError } from './delete-stack.ts'
import { exists, historyOf, isOwned, resourcesCreatedBy, type StackHistory } from './history.ts'
import { alarmTopicArn, type InventoryItem, type InventoryScope, item, kinds } from './inventory-item.ts'
import { functionItems, kmsKeyItems, logGroupItems, regionalItems } from './inventory-regions.ts'

/** Lists all resources of a deployment, in all Regions of `allRegions`. */
export async function inventoryOf(scope: InventoryScope): Promise<readonly InventoryItem[]> {
  const { aws, settings } = scope
  const histories = await historyOf(aws, settings)
  const lists = await Promise.all([
    globalItems(scope, histories),
    distributionItems(scope, histories),
    kmsKeyItems(scope, histories),
    roleItems(scope, histories),
    ...allRegions(settings).flatMap(region => [
      regionalItems(scope, histories, region),
      functionItems(scope, histories, region),
      logGroupItems(scope, histories, region),
    ]),
  ])
  const items = [...histories.filter(exists).map(stackItem), ...lists.flat()]
  return kinds.flatMap(kind => items.filter(item => item.kind === kind))
}

/** Types of resources that cost nothing while they are not used. */
const unbilled = /^AWS::(IAM|ApiGateway)::|^AWS::Lambda::(Function|Version|Permission|EventSourceMapping)$/

/**
 * Creates the item of a stack, billed if one of its resources is. So resources without an item of their own, such as VPC
 * endpoints, are not missed.
 */
function stackItem(stack: StackHistory): InventoryItem {
  const { name, region, status, resources } = stack
  const remaining = resources.filter(resource => isOwned(stack, resource))
  const reasons = new Set(
    remaining.filter(each => each.status === 'DELETE_FAILED').map(({ reason }) => explainAwsError(reason)),
  )
  const note = [status, ...reasons].join(': ')
  return item('stack', { name, region, note, billed: remaining.some(({ type }) => !unbilled.test(type)) })
}

/** Lists named resources that are global, or only in the Region of the edge stack. */
async function globalItems(
  scope: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const { aws, settings, names } = scope
  const { name } = settings
  const [buckets, group, keys, hasWebAcl, hasDashboard, hasTopic] = await Promise.all([
    aws.buckets.names(),
    aws.cloudfront.keyGroup(name),
    aws.cloudfront.publicKeys(),
    aws.webAcls.exists(names.edgeFunction),
    aws.watch.hasDashboard(name),
    aws.topics.exists(alarmTopicArn(scope), edgeStackRegion),
  ])
  const region = 'global'
  return [
    ...buckets.filter(bucket => isOurBucket(bucket, scope)).map(bucket => item('bucket', { name: bucket, region })),
    ...(group === undefined ? [] : [item('key group', { name, region, billed: false })]),
    ...keys
      .filter(key => isOurKey(key, name))
      .map(key => item('public key', { name: key.name, region, billed: false })),
    ...(hasWebAcl ? [item('web ACL', { name: names.edgeFunction, region })] : []),
    ...(hasDashboard ? [item('dashboard', { name, region })] : []),
    ...(hasTopic ? [topicItem(scope, histories)] : []),
  ]
}

/** A topic costs nothing while nothing is published. */
function topicItem({ names }: InventoryScope, histories: readonly StackHistory[]): InventoryItem {
  const ownedByStack = resourcesCreatedBy(histories, ['AWS::SNS::Topic']).some(each => each.ownedByStack)
  return item('topic', { name: names.alarmTopic, region: edgeStackRegion, billed: false, ownedByStack })
}

/** Whether a bucket is that of access logs, of error pages or of the page for senders, or of the files in any Region. */
function isOurBucket(bucket: string, { settings: { name }, account }: InventoryScope): boolean {
  const pattern = new RegExp(`^${name}-(?:content|access-logs|error-pages|send-page)-${account}-(.+)-an$`)
  return isRegion(pattern.exec(bucket)?.[1] ?? '')
}

/** Lists distributions that stacks created, or whose comment is one of the deployment. */
async function distributionItems(
  { aws, settings: { name } }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const created = resourcesCreatedBy(histories, ['AWS::CloudFront::Distribution']).map(({ physicalId }) => physicalId)
  const comments = ['links that work once', 'the page for senders'].map(purpose => `${name}: ${purpose}`)
  const called = await Promise.all(comments.map(comment => aws.cloudfront.distributionsCalled(comment)))
  const ids = new Set([...created, ...called.flat()])
  const found = await Promise.all([...ids].map(id => aws.cloudfront.distribution(id)))
  return found.flatMap(each => (each === undefined ? [] : [item('distribution', { name: each.id, region: 'global' })]))
}

/** Lists the roles by which API Gateway writes logs. Each serves all APIs of the account in its Region, so it stays. */
async function roleItems(
  { aws }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const retained = resourcesCreatedBy(histories, ['AWS::IAM::Role']).filter(({ status }) => status === 'DELETE_SKIPPED')
  const found = await Promise.all(
    retained.map(async ({ physicalId }) => ({ physicalId, isThere: await aws.roles.exists(physicalId) })),
  )
  const note = 'API Gateway writes logs by it for all APIs of the account, so it stays'
  return found.flatMap(({ physicalId, isThere }) =>
    isThere ? [item('role', { name: physicalId, region: 'global', billed: false, removal: 'stays', note })] : [],
  )
}
