import { deploymentOf } from './parse-settings.ts'
import { firewallOf } from '../placement/placement.ts'
import { apiRegionsOf, fields, type Settings } from './settings.ts'

/** Names of the settings that can't be changed freely, in the order of the output. */
const fixed = [
  'name',
  'mode',
  'homeRegions',
  'witnessRegion',
  'network',
  'availabilityZones',
  'apiRegions',
  'signer',
  'keySpec',
  'kmsKey',
  'kmsKeysKept',
  'leavingRegions',
  'encryption',
  'plan',
  'maxLinkSeconds',
  'maxUrlSeconds',
] as const satisfies readonly (keyof Settings)[]

/** Those that have a default of functions, or one that follows from others. */
type InForce = { readonly [N in 'apiRegions' | 'maxLinkSeconds' | 'maxUrlSeconds']: NonNullable<Settings[N]> }

/** The settings that can't be changed freely: the output `Deployment` has them, as JSON, for the next deployment to compare. */
export type FixedSettings = Omit<Pick<Settings, (typeof fixed)[number]>, keyof InForce> & InForce

/** Returns the settings that can't be changed freely, with their defaults; without those that are absent. */
export function fixedSettingsOf(settings: Settings): FixedSettings {
  const { maxLinkSeconds, maxUrlSeconds } = deploymentOf(settings)
  const all = { ...settings, apiRegions: apiRegionsOf(settings), maxLinkSeconds, maxUrlSeconds }
  const given = fixed.map(name => [name, all[name]]).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as FixedSettings
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
