import manifest from '../package.json' with { type: 'json' }
import type { Command, ExitCode } from './command.ts'
import { alarm } from './deployment/alarm/alarm.ts'
import { deploy } from './deployment/deploy/deploy.ts'
import { doctor } from './deployment/doctor/doctor.ts'
import { firstAccount } from './deployment/first-account/first-account.ts'
import { policy } from './deployment/policy/policy.ts'
import { prove } from './deployment/prove/prove.ts'
import { restore } from './deployment/restore/restore.ts'
import { teardown } from './deployment/teardown/teardown.ts'
import { template } from './deployment/template/template.ts'
import { findDeployed } from './find-deployed.ts'
import { linkCommands } from './link-commands.ts'
import { runProgram } from './program.ts'
import type { ClonePorts } from './ports/ports.ts'

/** Every command of a clone of the repository, in the order in which help lists them. */
export const commands: readonly Command[] = [
  ...linkCommands(findDeployed),
  alarm,
  deploy,
  doctor,
  firstAccount,
  policy,
  prove,
  restore,
  teardown,
  template,
]

const usage = 'Run it as npm run once -- COMMAND in this folder, or as once COMMAND after npm link.'

/** Runs one command line of a clone, as `runProgram` does. */
export async function run(args: readonly string[], ports: ClonePorts): Promise<ExitCode> {
  return runProgram({ commands, usage, version: manifest.version }, args, ports)
}
