import type { PhysicalNames } from '../../infra/physical-names.ts'
import {
  edgeStackRegion,
  apiRegionsOf,
  lambdaEdgeRegions,
  regionsOf,
  secretRegionsOf,
  type Settings,
} from '../../infra/settings.ts'
import { isRegion, type Region } from '../../shared/regions.ts'
import type { PublicKey } from '../ports/aws-resources.ts'

/** A stack that a deployment has, or had. */
export interface NamedStack {
  readonly name: string
  readonly region: Region
}

/** What the stacks of a deployment are for, in the order in which they are taken down: each before what it stands on. */
export const stackKinds = ['api', 'events', 'edge', 'data', 'region', 'signer'] as const

/** One of those. */
export type StackKind = (typeof stackKinds)[number]

/** The stacks that a deployment has. */
export function expectedStacks(settings: Settings, names: PhysicalNames): readonly NamedStack[] {
  const { mode, homeRegions, signer } = settings
  const [home] = homeRegions
  const edge: Region = edgeStackRegion
  const inEach = (kind: 'api' | 'events' | 'region', regions: readonly Region[]): readonly NamedStack[] =>
    regions.map(region => ({ name: names.stackIn(kind, region), region }))
  return [
    ...(signer === 'kms' ? [{ name: names.stack('signer'), region: edge }] : []),
    ...inEach('region', regionsOf(settings)),
    { name: names.stack('edge'), region: edge },
    { name: names.stack('data'), region: home },
    ...inEach('api', apiRegionsOf(settings)),
    ...inEach('events', mode === 'strong' ? [home] : homeRegions),
  ]
}

/**
 * What a stack is for, or undefined when it isn't of the deployment `name`. Exactly so: `once` must not take down what
 * `once-eu` has.
 */
export function kindOfStack(stack: NamedStack, name: string): StackKind | undefined {
  if (!stack.name.startsWith(`${name}-`)) return undefined
  const [kind, ...rest] = stack.name.slice(name.length + 1).split('-')
  const region = rest.join('-')
  const isWhole = kind === 'edge' || kind === 'data' || kind === 'signer'
  if (isWhole ? region !== '' : !isRegion(region) || region !== stack.region) return undefined
  return stackKinds.find(each => each === kind)
}

/** The names of all alarms that a deployment may have in a Region, whatever its settings. */
export function possibleAlarms(name: string): readonly string[] {
  return [...atEdges, ...atDistribution, ...atApi].map(alarm => `${name}-${alarm}`)
}

/** The names of the alarms that a deployment has in a Region. */
export function expectedAlarms(settings: Settings, region: Region): readonly string[] {
  const kinds = [
    ...(secretRegionsOf(settings).includes(region) ? atEdges : []),
    ...(region === edgeStackRegion ? atDistribution : []),
    ...(apiRegionsOf(settings).includes(region) ? atApi : []),
  ]
  return kinds.map(alarm => `${settings.name}-${alarm}`)
}

const atEdges = ['outcome-unknown', 'used-links-refused', 'edge-throttled'] as const
const atDistribution = ['distribution-5xx', 'signing-key-old', 'keys-failing'] as const
const atApi = ['api-5xx'] as const

/**
 * Whether a public key at CloudFront is this deployment's: named after it and 64 bits of the key's hash, in hexadecimal.
 * Exactly so: `once` has no say in the keys of `once-eu`.
 */
export function isOurKey({ name }: Pick<PublicKey, 'name'>, deployment: string): boolean {
  return name.startsWith(`${deployment}-`) && /^[0-9a-f]{16}$/.test(name.slice(deployment.length + 1))
}

/**
 * Every Region in which something of a deployment may be: where it should be, and wherever Lambda@Edge runs, for settings
 * may have been others once.
 */
export function allRegions(settings: Settings): readonly Region[] {
  return [...new Set<Region>([...lambdaEdgeRegions, ...regionsOf(settings)])]
}

/** What `ask` gives for each of some Regions, asked all at once. */
export async function inEachRegion<T>(
  regions: readonly Region[],
  ask: (region: Region) => Promise<T>,
): Promise<Readonly<Partial<Record<Region, T>>>> {
  return Object.fromEntries(await Promise.all(regions.map(async region => [region, await ask(region)] as const)))
}
