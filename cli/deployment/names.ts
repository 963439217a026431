import { alarmRows, alarmsOf } from '../../infra/alarm-list.ts'
import type { PhysicalNames } from '../../infra/placement/physical-names.ts'
import { readerRegionsOf } from '../../infra/placement/placement.ts'
import { edgeStackRegion, regionsOf, type Settings } from '../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../infra/placement/lambda-edge-regions.ts'
import type { Region } from '../../shared/regions.ts'
import type { PublicKey } from '../ports/aws-cloudfront.ts'

/** A stack that a deployment has, or had. */
export interface NamedStack {
  readonly name: string
  readonly region: Region
}

/** The kinds of stacks, in the order of their deletion: each before those that it depends on. */
export const stackKinds = ['plan', 'events', 'region', 'keys'] as const

/** A kind of stack. */
export type StackKind = (typeof stackKinds)[number]

/**
 * Returns the kind of a stack; undefined if it isn't one of the deployment `name`. The match is exact: a teardown of `once`
 * must not delete stacks of `once-eu`.
 */
export function kindOfStack({ name: stackName, region }: NamedStack, name: string): StackKind | undefined {
  if (stackName === `${name}-${region}`) return 'region'
  return stackKinds.find(kind => kind !== 'region' && stackName === `${name}-${kind}-${region}`)
}

/**
 * Whether this is the name of an edge function of the deployment: each of its stacks of us-east-1 has made another or, in an app of
 * yours, each of its roles, whose ids begin with AROA (IAM, "unique ID prefixes").
 */
export function isEdgeFunction(functionName: string, name: string): boolean {
  if (!functionName.startsWith(`${name}-edge-`)) return false
  return /^([0-9a-f]{8}|AROA[A-Z0-9]{12,})$/.test(functionName.slice(`${name}-edge-`.length))
}

/** A function that Lambda calls with what it reads: streams of the table, the access log, or queues of endpoints. */
export interface Reader {
  readonly name: string
  readonly region: Region
  /** From how many sources. */
  readonly count: number
}

/** Returns the functions that read something with these settings. */
export function expectedReaders(settings: Settings, names: PhysicalNames): readonly Reader[] {
  const region: Region = edgeStackRegion
  const { deliveryProof, endpoints = [] } = settings
  return [
    ...readerRegionsOf(settings).map(each => ({ name: names.jobFunction('events'), region: each, count: 1 })),
    ...(deliveryProof ? [{ name: names.jobFunction('deliveries'), region, count: 1 }] : []),
    ...(endpoints.length > 0 ? [{ name: names.jobFunction('webhooks'), region, count: endpoints.length }] : []),
  ]
}

/** Returns the names of all alarms that a deployment may have in a Region, whatever its settings. */
export function possibleAlarms(name: string): readonly string[] {
  return Object.keys(alarmRows).map(alarm => `${name}-${alarm}`)
}

/**
 * Returns the names of the alarms that these settings deploy, all in us-east-1. `stack` is that of the construct: outside of us-east-1 it
 * has no alarm of the distribution.
 */
export function expectedAlarms(
  settings: Settings,
  stack: Pick<NamedStack, 'region'> = { region: edgeStackRegion },
): readonly string[] {
  const isNear = stack.region === edgeStackRegion
  const alarms = alarmsOf(settings).filter(([, { other }]) => isNear || other !== 'errorRate')
  return alarms.map(([name]) => `${settings.name}-${name}`)
}

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

/** The beginning of the names of tables that `once restore` made, each of a backup of the links table. */
export function restoredPrefix({ linksTable }: PhysicalNames): string {
  return `${linksTable}-restored-`
}

/** Whether a name that begins like this is that of such a table: it ends with a time. */
export function isRestored(table: string): boolean {
  return /-restored-\d{8}T\d{6}Z$/.test(table)
}
