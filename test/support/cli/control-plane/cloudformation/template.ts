import type { Template } from '../account.ts'
import { namesIn } from './values.ts'

/**
 * Returns the logical ids of a template in an order in which each resource comes after those that it needs (CloudFormation,
 * "DependsOn attribute"); otherwise in that of the template. Throws if there is a circle.
 */
export function creationOrder({ Resources }: Template): readonly string[] {
  const order: string[] = []
  const visit = (logicalId: string, path: readonly string[]) => {
    if (order.includes(logicalId)) return
    if (path.includes(logicalId)) throw new Error(`Circular dependency between resources: [${path.join(', ')}]`)
    for (const needed of neededBy(Resources, logicalId)) visit(needed, [...path, logicalId])
    order.push(logicalId)
  }
  for (const logicalId of Object.keys(Resources)) visit(logicalId, [])
  return order
}

/** Returns the logical ids of the resources that a resource needs itself. */
export function neededBy(resources: Template['Resources'], logicalId: string): readonly string[] {
  const { Properties, DependsOn = [] } = resources[logicalId] ?? {}
  const names = [...namesIn(Properties), ...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn)]
  return [...new Set(names)].filter(name => name !== logicalId && Object.hasOwn(resources, name))
}
