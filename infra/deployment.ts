import type { SettingsInput } from './settings.ts'

/**
 * What `npm run deploy` deploys. This is the one file to edit; infra/settings.ts lists all that can be said here, and what
 * holds for what is not. `-c NAME=VALUE` on the command line goes before it.
 */
export const deployment: SettingsInput = {
  name: 'once',
  mode: 'home',
  homeRegions: ['eu-west-1', 'us-east-1'],
  network: 'public',
  signer: 'secret',
}
