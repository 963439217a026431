import type { PhysicalNames } from '../../infra/physical-names.ts'
import { edgeStackRegion, issuingRegionsOf, regionsOf, type Settings } from '../../infra/settings.ts'
import { isRegion, type Region } from '../../shared/regions.ts'

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
    ...inEach('api', issuingRegionsOf(settings)),
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
