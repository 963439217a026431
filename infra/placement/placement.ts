import type { Region } from '../../shared/regions.ts'
import type { ExtraStack, PhysicalNames } from './physical-names.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf, type Settings } from '../settings/settings.ts'

/** Returns the Regions that read the table's stream. In mode `strong` one is enough, because all share one table. */
export function readerRegionsOf({ mode, homeRegions }: Settings): readonly Region[] {
  return mode === 'strong' ? [homeRegions[0]] : homeRegions
}

/** Returns the Regions that encrypt with customer managed keys; none with keys that AWS owns. */
export function customerKeyRegionsOf(settings: Settings): readonly Region[] {
  return settings.encryption === 'customer' ? regionsOf(settings) : []
}

/** Returns the setting `firewall`, or its default. */
export function firewallOf({ firewall, plan }: Settings): string {
  return firewall ?? (plan === undefined ? 'none' : 'plan')
}

/** Whether the deployment makes its web ACL itself. */
export function hasOwnFirewall(settings: Settings): boolean {
  return ['own', 'plan'].includes(firewallOf(settings))
}

/** Whether CloudFront writes an access log: for readers of yours, or to know deliveries. */
export function hasDistributionLog({ accessLogs, deliveryProof }: Settings): boolean {
  return accessLogs || deliveryProof
}

/** Whether links may have schedules. */
export function hasSchedules({ reminders, fileEnds }: Settings): boolean {
  return reminders || fileEnds
}

/** Whether it is published that the file of a link has arrived, which S3 says. */
export function publishesReceived({ uploadLinks, events }: Settings): boolean {
  return uploadLinks && events
}

/** A service that functions in a VPC reach only with some settings. */
export type FurtherService = 'events' | 'scheduler'

/** Returns what the functions of the api reach beside tables, files and secret. */
export function furtherServicesOf(settings: Settings): readonly FurtherService[] {
  return [...(settings.audit ? ['events' as const] : []), ...(hasSchedules(settings) ? ['scheduler' as const] : [])]
}

/** A stack of a deployment: that of a Region, or an extra one. */
export interface PlacedStack {
  readonly kind: 'region' | ExtraStack
  readonly name: string
  readonly region: Region
}

/**
 * Returns all stacks that these settings deploy, in the order of their deployment: keys; the stack of us-east-1; that of the first home
 * Region, which has the table; the others. A Region that has no more than a replica of table and secret, as a further one in mode
 * `strong`, has no stack.
 */
export function stacksOf(settings: Settings, names: PhysicalNames): readonly PlacedStack[] {
  const [home] = settings.homeRegions
  const used: readonly Region[] = [edgeStackRegion, home, ...readerRegionsOf(settings), ...apiRegionsOf(settings)]
  const extra = (kind: ExtraStack, regions: readonly Region[]): readonly PlacedStack[] =>
    regions.map(region => ({ kind, name: names.extraStack(kind, region), region }))
  return [
    ...extra('keys', customerKeyRegionsOf(settings)),
    ...[...new Set<Region>(used)].map(region => ({ kind: 'region' as const, name: names.regionStack(region), region })),
    ...extra('events', readsTableLater(settings) ? [edgeStackRegion] : []),
    ...extra('plan', settings.plan === undefined ? [] : [edgeStackRegion]),
  ]
}

/**
 * Whether us-east-1 reads the stream of a table that is deployed after its stack: then the reader has a stack of its own, which is
 * deployed last.
 */
export function readsTableLater(settings: Settings): boolean {
  return settings.homeRegions[0] !== edgeStackRegion && readerRegionsOf(settings).includes(edgeStackRegion)
}
