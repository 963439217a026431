import type { Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Stack, StackResource } from '../../ports/aws-stacks.ts'
import type { Aws } from '../../ports/ports.ts'
import { allRegions } from '../names.ts'
import { tornDownKind, type TornDownKind } from './deletion-order.ts'

/** A stack of a deployment, with its resources. */
export interface StackHistory extends Stack {
  readonly kind: TornDownKind
  readonly resources: readonly StackResource[]
}

/** A resource that stacks of the deployment created. */
export interface CreatedResource extends StackResource {
  readonly region: Region
  /** Whether an existing stack is still to delete it. */
  readonly ownedByStack: boolean
}

/**
 * Returns every stack of a deployment that exists, or was deleted in the last 90 days, in all Regions of `allRegions`. So
 * resources that a deleted stack left behind can still be found.
 */
export async function historyOf(aws: Aws, settings: Settings): Promise<readonly StackHistory[]> {
  const inRegions = allRegions(settings).map(async region => {
    const histories: StackHistory[] = []
    for (const stack of await aws.stacks.all(region)) {
      const kind = tornDownKind(stack, settings.name)
      if (kind !== undefined) histories.push({ ...stack, kind, resources: await aws.stacks.resources(stack) })
    }
    return histories
  })
  return (await Promise.all(inRegions)).flat()
}

/** Whether a stack still exists, perhaps half deleted. */
export function exists({ status }: Stack): boolean {
  return status !== 'DELETE_COMPLETE'
}

/** Returns the resources of these types that the stacks created, each once. */
export function resourcesCreatedBy(
  histories: readonly StackHistory[],
  types: readonly string[],
): readonly CreatedResource[] {
  const found = new Map<string, CreatedResource>()
  for (const stack of histories) {
    for (const resource of stack.resources.filter(
      ({ type, physicalId }) => types.includes(type) && physicalId !== '',
    )) {
      const key = `${stack.region} ${resource.type} ${resource.physicalId}`
      const ownedByStack = isOwned(stack, resource) || found.get(key)?.ownedByStack === true
      found.set(key, { ...resource, region: stack.region, ownedByStack })
    }
  }
  return [...found.values()]
}

/** Whether a stack is still to delete this resource. */
export function isOwned(stack: Stack, { status }: StackResource): boolean {
  return exists(stack) && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED'
}
