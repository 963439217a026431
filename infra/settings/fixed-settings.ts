import { firewallOf } from '../placement/placement.ts'
import { deploymentOf } from './parse-settings.ts'
import { apiRegionsOf, fields, settingRows, type Settings } from './settings.ts'

/** The names of the settings that can't be changed freely. */
type Fixed = {
  [N in keyof typeof settingRows]: (typeof settingRows)[N] extends { readonly fixed: true } ? N : never
}[keyof typeof settingRows]

/** The settings that can't be changed freely: the output `Deployment` has them, as JSON, for the next deployment to compare. */
export type FixedSettings = Omit<Pick<Settings, Fixed>, 'apiRegions'> & {
  readonly apiRegions: NonNullable<Settings['apiRegions']>
}

/** Returns the settings that can't be changed freely, with their defaults; without those that are absent. */
export function fixedSettingsOf(settings: Settings): FixedSettings {
  const all: Readonly<Record<string, unknown>> = settingsInForce(settings)
  const fixed = Object.entries(settingRows).filter(([name, row]) => 'fixed' in row && all[name] !== undefined)
  return Object.fromEntries(fixed.map(([name]) => [name, all[name]])) as unknown as FixedSettings
}

/**
 * Returns every setting that has a value, as it is in force: of those left out, the default of functions, or what follows from the
 * others. Two deployments with the same are the same. The account is left out: nothing that is deployed depends on it.
 */
export function settingsInForce(settings: Settings): Readonly<Record<string, unknown>> {
  const { callerQuota } = deploymentOf(settings)
  const derived = {
    callerQuota,
    apiRegions: apiRegionsOf(settings),
    firewall: firewallOf(settings),
    account: undefined,
  }
  const all: Readonly<Record<string, unknown>> = { ...settings, ...derived }
  const inForce = Object.keys(fields).map(name => [name, all[name]] as const)
  return Object.fromEntries(inForce.filter(([, value]) => value !== undefined))
}
