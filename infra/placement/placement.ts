import type { Region } from '../../shared/regions.ts'
import type { ExtraStack, PhysicalNames } from './physical-names.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf, type Settings, secretRegionsOf } from '../settings/settings.ts'

/** Returns the Regions that read the table's stream. In mode `strong` one is enough, because all share one table. */
export function readerRegionsOf({ mode, homeRegions }: Settings): readonly Region[] {
  return mode === 'strong' ? [homeRegions[0]] : homeRegions
}

/** Returns the Regions that encrypt with customer managed keys; none with keys that AWS owns. */
export function customerKeyRegionsOf(settings: Settings): readonly Region[] {
  return settings.encryption === 'customer' ? regionsOf(settings) : []
}

/** A signing key in KMS by its kind and number, such as `P-256-1`. */
export type SignerKeyId = `${Settings['keySpec']}-${number}`

/** Returns the signing key in KMS that is to sign; undefined if a key in the secret is. */
export function wantedSignerKey({ signer, keySpec, kmsKey }: Settings): SignerKeyId | undefined {
  return signer === 'kms' ? `${keySpec}-${kmsKey}` : undefined
}

/** Returns the signing keys in KMS that the deployment has: those that are still needed, and the one that is to sign. */
export function signerKeysOf(settings: Settings): readonly SignerKeyId[] {
  const wanted = wantedSignerKey(settings)
  return [...new Set([...(settings.kmsKeysKept as readonly SignerKeyId[]), ...(wanted === undefined ? [] : [wanted])])]
}

/** Returns the output of the stack of keys that has the id of a signing key: `SignerKeyP2561` of `P-256-1`. */
export function signerKeyOutput(key: string): string {
  return `SignerKey${key.replaceAll('-', '')}`
}

/** Returns the signing key of such an output. */
export function signerKeyOf(output: string): string {
  return output.replace(
    /^SignerKey(P256|RSA2048)(\d+)$/,
    (_, spec: string, number: string) => `${spec === 'P256' ? 'P-256' : 'RSA-2048'}-${number}`,
  )
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

/** Whether tables in `region` are protected from deletion. */
export function isProtected({ deletionProtection, unprotectedRegions }: Settings, region: Region): boolean {
  return deletionProtection && !unprotectedRegions.includes(region)
}

/** A stack of a deployment: that of a Region, or an extra one. */
export interface PlacedStack {
  readonly kind: 'region' | ExtraStack
  readonly name: string
  readonly region: Region
}

/**
 * Returns all stacks that these settings deploy, in the order of their deployment: keys, of which us-east-1 has the primaries; the
 * stack of us-east-1; that of the first home Region, which has the table; the others. A Region that has no more than a replica of
 * table and secret, as a further one in mode `strong`, has no stack.
 */
export function stacksOf(settings: Settings, names: PhysicalNames): readonly PlacedStack[] {
  const [home] = settings.homeRegions
  const used: readonly Region[] = [edgeStackRegion, home, ...readerRegionsOf(settings), ...apiRegionsOf(settings)]
  const extra = (kind: ExtraStack, regions: readonly Region[]): readonly PlacedStack[] =>
    regions.map(region => ({ kind, name: names.extraStack(kind, region), region }))
  return [
    ...extra('keys', keysRegionsOf(settings)),
    ...[...new Set<Region>(used)].map(region => ({ kind: 'region' as const, name: names.regionStack(region), region })),
    ...extra('events', readsTableLater(settings) ? [edgeStackRegion] : []),
    ...extra('plan', settings.plan === undefined ? [] : [edgeStackRegion]),
  ]
}

/** Returns the Regions with a stack of keys, us-east-1 first: those that encrypt with keys of ours, and those that sign in KMS. */
export function keysRegionsOf(settings: Settings): readonly Region[] {
  const signing = signerKeysOf(settings).length > 0 ? secretRegionsOf(settings) : []
  return [...new Set([...signing, ...customerKeyRegionsOf(settings)])]
}

/**
 * Whether us-east-1 reads the stream of a table that is deployed after its stack: then the reader has a stack of its own, which is
 * deployed last.
 */
export function readsTableLater(settings: Settings): boolean {
  return settings.homeRegions[0] !== edgeStackRegion && readerRegionsOf(settings).includes(edgeStackRegion)
}
