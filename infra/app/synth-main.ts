import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { withOverrides } from './context.ts'
import { costText } from './cost/report.ts'
import { deployment, environments } from '../deployment.ts'
import { parseSettings } from '../settings/parse-settings.ts'

// `npm run synth`: synthesises all stacks, passes its arguments on to `cdk synth`, and prints what the deployment costs.
const args = process.argv.slice(2)
const { status } = spawnSync('cdk', ['synth', '--quiet', ...args], { stdio: 'inherit' })
if (status === 0) console.log(costText(parseSettings(withOverrides(deployment, settingIn(args), environments))))
process.exitCode = status ?? 1

/** Returns a function from names to values of `-c NAME=VALUE`, the last of each; ignores all other arguments. */
function settingIn(all: string[]): (name: string) => string | undefined {
  const options = { context: { type: 'string', short: 'c', multiple: true } } as const
  const { values } = parseArgs({ args: all, options, strict: false, allowPositionals: true })
  const pairs = (values.context ?? []).map(pair => /^([^=]+)=(.*)$/s.exec(String(pair)) ?? [])
  const found = new Map(pairs.map(([, name = '', value = '']) => [name, value]))
  return name => found.get(name)
}
