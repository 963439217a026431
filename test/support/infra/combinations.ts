import { starter } from '../../../infra/app/profiles.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'
import { providerKeys, strongRegions } from './synthesised.ts'

/** The settings of each mode. */
export const modes = {
  'one Region': starter,
  home: { homeRegions: ['eu-west-1', 'us-east-1'] },
  strong: { mode: 'strong', homeRegions: strongRegions },
} as const satisfies Readonly<Record<string, SettingsInput>>
const networks = { public: {}, private: { network: 'private' } } as const
const zone = {
  domainName: 'files.example.com',
  hostedZone: { hostedZoneId: 'Z0123', zoneName: 'example.com' },
} as const
/** Every option that adds resources. */
export const everything = {
  encryption: 'customer',
  firewall: 'own',
  accessLogs: true,
  events: true,
  reminders: true,
  fileEnds: true,
  scan: 'guardduty',
  audit: true,
  dashboard: true,
  alarms: 'all',
  auth: { issuer: 'https://login.example.com', audience: 'links', jwks: providerKeys },
  ...zone,
  pageOrigins: ['https://portal.example.com'],
} as const

/** No private API has a page, nor links that take a file. */
const withPage = {
  certificate: 'arn:aws:acm:us-east-1:111122223333:certificate/send',
  sendPage: { clientId: 'page', domainName: 'send.example.com' },
  uploadLinks: true,
} as const

/** Each mode with each network, plain and with every option: name and settings. */
export const combinations: readonly (readonly [string, SettingsInput])[] = Object.entries(modes).flatMap(([mode, a]) =>
  Object.entries(networks).flatMap(([network, b]): (readonly [string, SettingsInput])[] => [
    [`${mode}, ${network}`, { ...a, ...b }],
    [`${mode}, ${network}, everything`, { ...a, ...b, ...everything, ...(network === 'public' && withPage) }],
  ]),
)
