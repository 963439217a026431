import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** AWS's own runtime client, aws-lambda-ric, or why it is missing. */
export type RuntimeClient =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'missing'; readonly missing: string }

const folder = join(import.meta.dirname, 'runtime-client')
const file = join(folder, 'node_modules/aws-lambda-ric/index.mjs')
const compiled = join(folder, 'node_modules/aws-lambda-ric/rapid-client.node')

/** Timeout of the installation, in milliseconds; two cores need about 40,000. */
const installMs = 300_000

/** Finds the client if it is installed. */
export function installedRuntimeClient(): RuntimeClient {
  return existsSync(compiled)
    ? { kind: 'found', file }
    : { kind: 'missing', missing: 'aws-lambda-ric is not installed (npm ci in bench/runtime-client)' }
}

/** Finds the client, or installs it first, which it reports with `say`. */
export async function findRuntimeClient(say: (line: string) => void): Promise<RuntimeClient> {
  if (existsSync(compiled)) return { kind: 'found', file }
  say('  installing aws-lambda-ric: it compiles for about a minute, and needs cmake and g++')
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore', timeout: installMs })
  const failed = await once(npm, 'exit').then(
    ([code, signal]) => (code === 0 ? undefined : `npm ci ended with ${String(code ?? signal)}`),
    (error: unknown) => String(error),
  )
  if (failed === undefined && existsSync(compiled)) return { kind: 'found', file }
  const cause = failed ?? 'nothing was compiled'
  return {
    kind: 'missing',
    missing: `aws-lambda-ric could not be installed, try npm ci in bench/runtime-client: ${cause}`,
  }
}
