import { deploymentOf } from './parse-settings.ts'
import { firewallOf } from './placement.ts'
import { apiRegionsOf, fields, type Settings } from './settings.ts'

/** The settings that can't be changed freely: the output `Deployment` has them, as JSON, for the next deployment to compare. */
export type FixedSettings = Pick<
  Settings,
  | 'name'
  | 'mode'
  | 'homeRegions'
  | 'witnessRegion'
  | 'network'
  | 'availabilityZones'
  | 'signer'
  | 'keySpec'
  | 'kmsKey'
  | 'kmsKeysKept'
  | 'leavingRegions'
  | 'encryption'
  | 'plan'
> & {
  readonly apiRegions: readonly Settings['homeRegions'][0][]
  readonly maxLinkSeconds: number
  readonly maxUrlSeconds: number
}

/** Returns the settings that can't be changed freely, with their defaults; without those that are absent. */
export function fixedSettingsOf(settings: Settings): FixedSettings {
  const { name, mode, homeRegions, witnessRegion, network, signer, keySpec, kmsKey, kmsKeysKept } = settings
  const { leavingRegions, encryption, plan, availabilityZones } = settings
  const { maxLinkSeconds, maxUrlSeconds } = deploymentOf(settings)
  return {
    name,
    mode,
    homeRegions,
    ...(witnessRegion !== undefined && { witnessRegion }),
    network,
    ...(availabilityZones !== undefined && { availabilityZones }),
    apiRegions: apiRegionsOf(settings),
    signer,
    keySpec,
    kmsKey,
    kmsKeysKept,
    leavingRegions,
    encryption,
    ...(plan !== undefined && { plan }),
    maxLinkSeconds,
    maxUrlSeconds,
  }
}

/**
 * Returns every setting that has a value, as it is in force: of those left out, the default of functions, or what follows from the
 * others. Two deployments with the same are the same. The account is left out: nothing that is deployed depends on it.
 */
export function settingsInForce(settings: Settings): Readonly<Record<string, unknown>> {
  const { account: _account, ...given } = settings
  const derived = { ...deploymentOf(settings), apiRegions: apiRegionsOf(settings), firewall: firewallOf(settings) }
  const all = Object.keys(fields).map(name => [
    name,
    given[name as keyof typeof given] ?? derived[name as keyof typeof derived],
  ])
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}
