import { allRegions } from '../names.ts'
import { explainAwsError } from './aws-errors.ts'
import { exists, historyOf, isOwned, type StackHistory } from './history.ts'
import { distributionItems, globalItems, roleItems } from './inventory-account.ts'
import { type InventoryItem, type InventoryScope, item, kinds } from './inventory-item.ts'
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
