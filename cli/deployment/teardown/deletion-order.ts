import { edgeStackRegion } from '../../../construct/settings.ts'
import { isRegion, type Region } from '../../../shared/regions.ts'
import type { StackResource } from '../../ports/aws-resources.ts'
import { kindOfStack, type NamedStack } from '../names.ts'
import { trialKindOf } from '../prove/trials/trials.ts'

/** Kinds of stacks: those of this version, what `once prove` left, and those of versions before, which a teardown still deletes. */
export type TornDownKind = NonNullable<ReturnType<typeof kindOfStack>> | 'trial' | OlderKind

const olderKinds = ['api', 'events', 'edge', 'data', 'region', 'signer'] as const

/** A kind of stack of versions before this one. */
type OlderKind = `older ${(typeof olderKinds)[number]}`

/** Returns the kind of a stack; undefined if it never was one of the deployment `name`. The match is exact. */
export function tornDownKind(stack: NamedStack, name: string): TornDownKind | undefined {
  const isTrial = stack.region === edgeStackRegion && trialKindOf(stack.name, name) !== undefined
  return kindOfStack(stack, name) ?? (isTrial ? 'trial' : olderKindOf(stack, name))
}

/** Whether a stack is one that only versions before this one deployed under `name`. */
export function isOlder(stack: NamedStack, name: string): boolean {
  return kindOfStack(stack, name) === undefined && olderKindOf(stack, name) !== undefined
}

function olderKindOf({ name: stackName, region }: NamedStack, name: string): OlderKind | undefined {
  if (!stackName.startsWith(`${name}-`)) return undefined
  const [first, ...rest] = stackName.slice(name.length + 1).split('-')
  const kind = olderKinds.find(each => each === first)
  const isInOneRegion = kind === 'edge' || kind === 'data' || kind === 'signer'
  const suffix = rest.join('-')
  if (kind === undefined || (isInOneRegion ? suffix !== '' : !isRegion(suffix) || suffix !== region)) return undefined
  return `older ${kind}`
}

/** The order of deletion: each before those that it depends on. */
const order: readonly TornDownKind[] = [
  'trial',
  // First, because a plan may end only with its billing cycle, and keeps the distribution until then.
  'plan',
  'older api',
  'events',
  'older events',
  'older edge',
  'older data',
  'region',
  'older region',
  'older signer',
  'keys',
]

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
