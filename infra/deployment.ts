import { standard } from './profiles.ts'
import type { SettingsInput } from '../construct/settings.ts'

/**
 * The settings of the deployment that `npm run deploy` deploys. Edit this file only: infra/profiles.ts has the profiles to begin
 * with, construct/settings.ts lists all settings and their defaults. `-c NAME=VALUE` on the command line overrides them.
 */
export const deployment: SettingsInput = {
  ...standard,
  name: 'once',
}
