import type { PhysicalNames } from '../../../infra/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { isOurKey } from '../names.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'
import { type InventoryItem, item, type InventoryScope } from './inventory-item.ts'

/** What is in no Region, or only in the one of the edge stack. */
export async function ofAccount({ aws, settings: { name }, names }: InventoryScope): Promise<readonly InventoryItem[]> {
  const [buckets, group, keys, firewall, hasDashboard] = await Promise.all([
    aws.buckets.names(),
    aws.cloudfront.keyGroup(name),
    aws.cloudfront.publicKeys(),
    aws.firewalls.named(names.edgeFunction, 'CLOUDFRONT', edgeStackRegion),
    aws.watch.hasDashboard(name),
  ])
  const region = 'global'
  return [
    ...buckets.filter(bucket => isOurBucket(bucket, names)).map(bucket => item('bucket', { name: bucket, region })),
    ...(group === undefined ? [] : [item('key group', { name, region, billed: false })]),
    ...keys
      .filter(key => isOurKey(key, name))
      .map(key => item('public key', { name: key.name, region, billed: false })),
    ...(firewall === undefined ? [] : [item('web ACL', { name: names.edgeFunction, region })]),
    ...(hasDashboard ? [item('dashboard', { name, region })] : []),
  ]
}

/** Of the content bucket's name the last part is a Region, whichever it was. */
function isOurBucket(bucket: string, names: PhysicalNames): boolean {
  const region = bucket.split('-').slice(-3).join('-') as Region
  return bucket === names.accessLogBucket || bucket === names.contentBucket(region)
}

/** By what stacks made, and by what ours are called. */
export async function distributions(
  { aws, settings: { name } }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const made = resourcesCreatedBy(histories, ['AWS::CloudFront::Distribution']).map(({ physicalId }) => physicalId)
  const ids = new Set([...made, ...(await aws.cloudfront.distributionsCalled(`${name}: links that work once`))])
  const found = await Promise.all([...ids].map(id => aws.cloudfront.distribution(id)))
  return found.flatMap(each => (each === undefined ? [] : [item('distribution', { name: each.id, region: 'global' })]))
}

/** The role by which API Gateway writes logs is the account's in that Region: other APIs may use it. */
export async function roles(
  { aws }: InventoryScope,
  histories: readonly StackHistory[],
): Promise<readonly InventoryItem[]> {
  const kept = resourcesCreatedBy(histories, ['AWS::IAM::Role']).filter(({ status }) => status === 'DELETE_SKIPPED')
  const found = await Promise.all(
    kept.map(async ({ physicalId }) => ({ physicalId, role: await aws.roles.describe(physicalId) })),
  )
  const note = 'API Gateway writes the logs of this account by it; shared, so it stays'
  return found.flatMap(({ physicalId, role }) =>
    role === undefined
      ? []
      : [item('role', { name: physicalId, region: 'global', billed: false, removal: 'stays', note })],
  )
}
