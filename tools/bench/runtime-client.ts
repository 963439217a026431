import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** AWS's own runtime client, aws-lambda-ric, or why it is missing. */
export type RuntimeClient =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'missing'; readonly missing: string }

const folder = join(import.meta.dirname, 'runtime-client')
const file = join(folder, 'node_modules/aws-lambda-ric/index.mjs')
const compiled = join(folder, 'node_modules/aws-lambda-ric/rapid-client.node')

/** Finds the client if it is installed. */
export function installedRuntimeClient(): RuntimeClient {
  return existsSync(compiled)
    ? { kind: 'found', file }
    : { kind: 'missing', missing: 'aws-lambda-ric is not installed (npm ci --prefix tools/bench/runtime-client)' }
}
