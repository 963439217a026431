import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Stack, StackResource } from '../../ports/aws-stacks.ts'
import type { Aws } from '../../ports/ports.ts'
import { allRegions, kindOfStack, type NamedStack, stackKinds } from '../names.ts'
import { trialKindOf } from '../prove/trials/trials.ts'

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

/**
 * The order of deletion, each kind before those that it depends on: first what `once prove` left. A plan may end only with its billing
 * cycle, and keeps the distribution until then.
 */
const order = ['trial', ...stackKinds] as const

/** Kinds of stacks that a teardown deletes. */
export type TornDownKind = (typeof order)[number]

/** Returns the kind of a stack; undefined if the deployment `name` has no such stack. The match is exact. */
export function tornDownKind(stack: NamedStack, name: string): TornDownKind | undefined {
  const isTrial = stack.region === edgeStackRegion && trialKindOf(stack.name, name) !== undefined
  return kindOfStack(stack, name) ?? (isTrial ? 'trial' : undefined)
}

/** What decides when a stack is deleted. */
type Deletable = Pick<StackHistory, 'kind' | 'region' | 'resources'>

/** Groups stacks in the order of deletion: each group depends on later ones only. */
export function inDeletionOrder<Stack extends Deletable>(stacks: readonly Stack[]): readonly (readonly Stack[])[] {
  const groups = new Map<number, Stack[]>()
  for (const stack of stacks) {
    const rank = order.indexOf(stack.kind) * 10 + rankInKind(stack)
    groups.set(rank, [...(groups.get(rank) ?? []), stack])
  }
  return [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => group)
}

/**
 * Other Regions come before that of the files and the table, and us-east-1 last: it has the secret and the distribution that the
 * others name, and the primaries of keys, which can't be deleted before their replicas.
 */
function rankInKind({ region, resources }: Deletable): number {
  if (region === edgeStackRegion) return 9
  return resources.some(({ type }) => type === 'AWS::S3::Bucket') ? 5 : 0
}
