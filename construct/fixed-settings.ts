import { deploymentOf } from './parse-settings.ts'
import { apiRegionsOf, type Settings } from './settings.ts'

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
