import type { Environments } from './app/environments.ts'
import { standard } from './app/profiles.ts'
import type { SettingsInput } from './settings/settings.ts'

/**
 * The settings of the deployment that `npm run deploy` deploys. Edit this file only: infra/app/profiles.ts has the profiles to begin
 * with, shared/settings/ and infra/settings/props.ts list all settings and their defaults. `-c NAME=VALUE` on the command line overrides
 * them.
 */
export const deployment: SettingsInput = {
  ...standard,
  name: 'once',
}

/**
 * Environments, if there are several: each has all of its settings, its account too, and replaces those above. With any, every command
 * needs the name of one, as in `once deploy staging` (docs/deploy.md). An example:
 *
 *     dev: { ...starter, name: 'once-dev', account: '111122223333' },
 *     staging: { ...standard, account: '444455556666' },
 *     prod: { ...standard, account: '777788889999', alarmEmail: 'ops@example.com' },
 */
export const environments: Environments = {}
