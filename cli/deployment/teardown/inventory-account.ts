import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import { isRegion } from '../../../shared/regions.ts'
import { isOurKey } from '../names.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'
import { alarmTopicArn, type InventoryItem, item, type InventoryScope } from './inventory-item.ts'

/** Lists named resources that are global, or only in the Region of the edge stack. */
export async function globalItems(
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

/** Whether a bucket is that of access logs or error pages, or of the files in any Region. */
function isOurBucket(bucket: string, { settings: { name }, account }: InventoryScope): boolean {
  const pattern = new RegExp(`^${name}-(?:content|access-logs|error-pages)-${account}-(.+)-an$`)
  return isRegion(pattern.exec(bucket)?.[1] ?? '')
}

/** Lists distributions that stacks created, or whose comment is that of the deployment. */
export async function distributionItems(
  { aws, settings: { name } }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const created = resourcesCreatedBy(histories, ['AWS::CloudFront::Distribution']).map(({ physicalId }) => physicalId)
  const ids = new Set([...created, ...(await aws.cloudfront.distributionsCalled(`${name}: links that work once`))])
  const found = await Promise.all([...ids].map(id => aws.cloudfront.distribution(id)))
  return found.flatMap(each => (each === undefined ? [] : [item('distribution', { name: each.id, region: 'global' })]))
}

/** Lists the roles by which API Gateway writes logs. Each serves all APIs of the account in its Region, so it stays. */
export async function roleItems(
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
