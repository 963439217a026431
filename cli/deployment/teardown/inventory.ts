import { allRegions } from '../names.ts'
import { explainAwsError } from './aws-errors.ts'
import { historyOf, isHeld, isThere, type StackHistory } from './history.ts'
import { distributions, ofAccount, roles } from './inventory-account.ts'
import { type InventoryItem, item, kinds, type InventoryScope } from './inventory-item.ts'
import { functions, kmsKeys, logGroups, ofRegion } from './inventory-regions.ts'

/** All that there is of a deployment, in every Region in which it may have been. */
export async function inventoryOf(subject: InventoryScope): Promise<readonly InventoryItem[]> {
  const { aws, settings } = subject
  const histories = await historyOf(aws, settings)
  const lists = await Promise.all([
    ofAccount(subject),
    distributions(subject, histories),
    kmsKeys(subject, histories),
    roles(subject, histories),
    ...allRegions(settings).flatMap(region => [
      ofRegion(subject, histories, region),
      functions(subject, histories, region),
      logGroups(subject, histories, region),
    ]),
  ])
  const items = [...histories.filter(isThere).map(ofStack), ...lists.flat()]
  return kinds.flatMap(kind => items.filter(item => item.kind === kind))
}

/** Types that cost nothing while nobody uses them. */
const unbilled = /^AWS::(IAM|ApiGateway)::|^AWS::Lambda::(Function|Version|Permission|EventSourceMapping)$/

/** A stack is billed for what it holds; that names what no other kind of item does, such as endpoints of a VPC. */
export function ofStack(stack: StackHistory): InventoryItem {
  const { name, region, status, resources } = stack
  const remaining = resources.filter(resource => isHeld(stack, resource))
  const reasons = new Set(
    remaining.filter(each => each.status === 'DELETE_FAILED').map(({ reason }) => explainAwsError(reason)),
  )
  const note = [status, ...reasons].join(': ')
  return item('stack', { name, region, note, billed: remaining.some(({ type }) => !unbilled.test(type)) })
}
