import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'

const tools = dirname(createRequire(import.meta.url).resolve('#tools'))
const folder = join(tools, 'node_modules/@cdklabs/cdk-validator-cfnguard')
const system = platform() === 'darwin' ? 'macos' : 'ubuntu'

/** Path of the program. */
export const cfnGuard = join(folder, 'bin', system, arch() === 'arm64' ? 'aarch64' : 'x86_64', 'cfn-guard')

/** Folder of the rules of AWS Control Tower. */
export const controlTowerRules = join(folder, 'rules/control-tower/cfn-guard')

/** Why this machine can't check templates against those rules; undefined if it can. */
export const missingCfnGuard = existsSync(cfnGuard) ? undefined : 'it is not installed (npm ci --prefix tools)'
