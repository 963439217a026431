import type { PhysicalNames } from '../../infra/physical-names.ts'
import {
  apiRegionsOf,
  edgeStackRegion,
  lambdaEdgeRegions,
  regionsOf,
  secretRegionsOf,
  type Settings,
} from '../../infra/settings.ts'
import { isRegion, type Region } from '../../shared/regions.ts'
import type { PublicKey } from '../ports/aws-cloudfront.ts'

/** A stack that a deployment has, or had. */
export interface NamedStack {
  readonly name: string
  readonly region: Region
}

/** The kinds of stacks, in the order of their deletion: each before those that it depends on. */
export const stackKinds = ['api', 'events', 'edge', 'data', 'region', 'signer'] as const

/** A kind of stack. */
export type StackKind = (typeof stackKinds)[number]

/** Returns the stacks that these settings deploy. */
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
 * Returns the kind of a stack; undefined if it isn't one of the deployment `name`. The match is exact: a teardown of `once`
 * must not delete stacks of `once-eu`.
 */
export function kindOfStack(stack: NamedStack, name: string): StackKind | undefined {
  if (!stack.name.startsWith(`${name}-`)) return undefined
  const [kind, ...rest] = stack.name.slice(name.length + 1).split('-')
  const region = rest.join('-')
  const isInOneRegion = kind === 'edge' || kind === 'data' || kind === 'signer'
  if (isInOneRegion ? region !== '' : !isRegion(region) || region !== stack.region) return undefined
  return stackKinds.find(each => each === kind)
}

/** Returns the names of all alarms that a deployment may have in a Region, whatever its settings. */
export function possibleAlarms(name: string): readonly string[] {
  return [...edgeAlarms, ...distributionAlarms, ...apiAlarms].map(alarm => `${name}-${alarm}`)
}

/** Returns the names of the alarms that these settings deploy in a Region. */
export function expectedAlarms(settings: Settings, region: Region): readonly string[] {
  const kinds = [
    ...(secretRegionsOf(settings).includes(region) ? edgeAlarms : []),
    ...(region === edgeStackRegion ? distributionAlarms : []),
    ...(apiRegionsOf(settings).includes(region) ? apiAlarms : []),
  ]
  return kinds.map(alarm => `${settings.name}-${alarm}`)
}

const edgeAlarms = ['outcome-unknown', 'used-links-refused', 'edge-throttled'] as const
const distributionAlarms = ['distribution-5xx', 'gate-failing', 'signing-key-old', 'keys-failing'] as const
const apiAlarms = ['api-5xx'] as const

/**
 * Whether a public key in CloudFront belongs to this deployment: its name is that of the deployment and 64 bits of the
 * key's hash, in hexadecimal. The match is exact, so that keys of `once-eu` don't belong to `once`.
 */
export function isOurKey({ name }: Pick<PublicKey, 'name'>, deployment: string): boolean {
  return name.startsWith(`${deployment}-`) && /^[0-9a-f]{16}$/.test(name.slice(deployment.length + 1))
}

/**
 * Returns every Region in which a deployment may have resources: the Regions of its settings, and those of Lambda@Edge,
 * which earlier settings may have named.
 */
export function allRegions(settings: Settings): readonly Region[] {
  return [...new Set<Region>([...lambdaEdgeRegions, ...regionsOf(settings)])]
}

/** Calls `read` for each Region, concurrently, and resolves to the results by Region. Rejects if one call rejects. */
export async function inEachRegion<T>(
  regions: readonly Region[],
  read: (region: Region) => Promise<T>,
): Promise<Readonly<Partial<Record<Region, T>>>> {
  return Object.fromEntries(await Promise.all(regions.map(async region => [region, await read(region)] as const)))
}
