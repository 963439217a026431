import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../../node_modules/aws-cdk/bin/cdk')

/** Runs a command of the CDK. Rejects with what it printed if it fails. */
export async function runCdk(
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'signal' | 'killSignal'>,
): Promise<void> {
  const child = spawn(process.execPath, [program, ...args, '--no-color', '--no-notices'], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => void printed.push(chunk))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`cdk ${args[0]}: ${printed.join('')}`)
}
