import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** AWS's own runtime client, aws-lambda-ric, or why it can't be had. */
export type RuntimeClient = { readonly file: string } | { readonly missing: string }

const folder = join(import.meta.dirname, 'runtime-client')
const file = join(folder, 'node_modules/aws-lambda-ric/index.mjs')
const compiled = join(folder, 'node_modules/aws-lambda-ric/rapid-client.node')

/** Longest that it may take to install, in milliseconds; two cores need about 40,000. */
const installMs = 300_000

/** Finds the client where it was installed before. */
export function installedRuntimeClient(): RuntimeClient {
  return existsSync(compiled)
    ? { file }
    : { missing: 'aws-lambda-ric is not installed (npm ci in bench/runtime-client)' }
}

/** Finds the client, and installs it first where it isn't yet. `say` hears of it. */
export async function findRuntimeClient(say: (line: string) => void): Promise<RuntimeClient> {
  if (existsSync(compiled)) return { file }
  say('  installing aws-lambda-ric: it compiles for about a minute, and needs cmake and g++')
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore', timeout: installMs })
  const failed = await once(npm, 'exit').then(
    ([code, signal]) => (code === 0 ? undefined : `npm ci ended with ${String(code ?? signal)}`),
    (error: unknown) => String(error),
  )
  if (failed === undefined && existsSync(compiled)) return { file }
  return {
    missing: `aws-lambda-ric could not be installed, try npm ci in bench/runtime-client: ${failed ?? 'nothing was compiled'}`,
  }
}
