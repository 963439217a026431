import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { StackResource } from '../../ports/aws-stacks.ts'
import { kindOfStack, type NamedStack, stackKinds } from '../names.ts'
import { trialKindOf } from '../prove/trials/trials.ts'

/**
 * The order of deletion, each kind before those that it depends on: first what `once prove` left. A plan may end only with its billing
 * cycle, and keeps the distribution until then.
 */
const order = ['trial', ...stackKinds] as const

/** Kinds of stacks that a teardown deletes. */
export type TornDownKind = (typeof order)[number]

/** Returns the kind of a stack; undefined if it is none of the deployment `name`. The match is exact. */
export function tornDownKind(stack: NamedStack, name: string): TornDownKind | undefined {
  const isTrial = stack.region === edgeStackRegion && trialKindOf(stack.name, name) !== undefined
  return kindOfStack(stack, name) ?? (isTrial ? 'trial' : undefined)
}

/** What decides when a stack is deleted. */
interface Deletable {
  readonly kind: TornDownKind
  readonly region: Region
  readonly resources: readonly StackResource[]
}

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
