import type { SettingsInput } from './settings.ts'

/**
 * The settings of the deployment that `npm run deploy` deploys. Edit this file only; infra/settings.ts lists all settings and
 * their defaults. `-c NAME=VALUE` on the command line overrides them.
 */
export const deployment: SettingsInput = {
  name: 'once',
  mode: 'home',
  homeRegions: ['eu-west-1', 'us-east-1'],
  network: 'public',
  signer: 'secret',
}
