import type { Settings } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Stack, StackResource } from '../../ports/aws-resources.ts'
import type { Aws } from '../../ports/ports.ts'
import { allRegions, kindOfStack, type StackKind } from '../names.ts'

/** A stack of a deployment, and what it made. */
export interface StackHistory extends Stack {
  readonly kind: StackKind
  readonly resources: readonly StackResource[]
}

/** Something that a stack of the deployment made, once. */
export interface CreatedResource extends StackResource {
  readonly region: Region
  /** Whether its stack is there and has not let go of it. */
  readonly ownedByStack: boolean
}

/**
 * Every stack of a deployment that there is, or was in the last 90 days, wherever it may have been: so what a deleted
 * stack left behind is still known, though nobody wrote it down.
 */
export async function historyOf(aws: Aws, settings: Settings): Promise<readonly StackHistory[]> {
  const inRegions = allRegions(settings).map(async region => {
    const histories: StackHistory[] = []
    for (const stack of await aws.stacks.all(region)) {
      const kind = kindOfStack(stack, settings.name)
      if (kind !== undefined) histories.push({ ...stack, kind, resources: await aws.stacks.resources(stack) })
    }
    return histories
  })
  return (await Promise.all(inRegions)).flat()
}

/** Whether a stack is still there, perhaps half deleted. */
export function isThere({ status }: Stack): boolean {
  return status !== 'DELETE_COMPLETE'
}

/** What of some types the stacks made, each thing once. */
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
      const ownedByStack = isHeld(stack, resource) || found.get(key)?.ownedByStack === true
      found.set(key, { ...resource, region: stack.region, ownedByStack })
    }
  }
  return [...found.values()]
}

/** Whether a stack still has this of its resources to delete. */
export function isHeld(stack: Stack, { status }: StackResource): boolean {
  return isThere(stack) && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED'
}
