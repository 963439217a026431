import { explain } from '../deployment/teardown/aws-errors.ts'
import { isHeld, type StackHistory } from '../deployment/teardown/history.ts'
import { type Item, item } from '../deployment/teardown/inventory-item.ts'

/** Types that cost nothing while nobody uses them. */
const unbilled = /^AWS::(IAM|ApiGateway)::|^AWS::Lambda::(Function|Version|Permission|EventSourceMapping)$/

/** A stack is billed for what it holds; that names what no other kind of item does, such as endpoints of a VPC. */
export function ofStack(stack: StackHistory): Item {
  const { name, region, status, resources } = stack
  const held = resources.filter(resource => isHeld(stack, resource))
  const reasons = new Set(held.filter(each => each.status === 'DELETE_FAILED').map(({ reason }) => explain(reason)))
  const note = [status, ...reasons].join(': ')
  return item('stack', { name, region, note, billed: held.some(({ type }) => !unbilled.test(type)) })
}
