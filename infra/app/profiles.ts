import type { SettingsInput } from '../settings/settings.ts'

/** One Region and one stack, for a pilot. */
export const starter = { homeRegions: ['us-east-1'] } as const satisfies SettingsInput

/**
 * Two home Regions, among those that strong consistency allows: with `mode: 'strong'`, the witness is us-west-2. The first is
 * that of CloudFront's resources, which saves a stack.
 */
export const standard = { homeRegions: ['us-east-1', 'us-east-2'] } as const satisfies SettingsInput

/**
 * What an audit asks for: customer managed keys, a private api, a firewall, access logs, events, every alarm. In mode `home` a
 * private api issues links of its own Region only, so the second home Region is no more than a copy of the data; with `mode:
 * 'strong'`, links work while one of the two is unavailable.
 */
export const regulated = {
  ...standard,
  encryption: 'customer',
  network: 'private',
  firewall: 'own',
  accessLogs: true,
  deliveryProof: true,
  events: true,
  alarms: 'all',
  dashboard: true,
} as const satisfies SettingsInput

/** The profiles, by the name that `-c profile=NAME` takes. */
export const profiles = { starter, standard, regulated } as const satisfies Readonly<Record<string, SettingsInput>>
