import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** Options of `cdk deploy`. */
export interface DeployOptions {
  /** The app, a file of TypeScript. */
  readonly app: string
  /** The folder with the code of our functions. */
  readonly functions: string
  /** The folder in which it runs, and writes its assembly. */
  readonly cwd: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Runs plain `cdk deploy --all`, as users of the construct do. Rejects with what it printed if it fails. */
export async function deployAll({ app, functions, cwd, signal }: DeployOptions): Promise<void> {
  const program = join(root, 'node_modules/aws-cdk/bin/cdk')
  const context = ['-c', `once-at-edge:functions=${functions}`]
  const args = ['deploy', '--all', '--app', `${process.execPath} ${app}`, ...context, '--require-approval', 'never']
  const child = spawn(process.execPath, [program, ...args, '--no-color', '--no-notices'], {
    cwd,
    env: { ...process.env, CDK_VALIDATION: 'false' }, // it takes most of a synthesis; test/system/construct has templates like these validated
    signal,
    killSignal: 'SIGINT',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => void printed.push(chunk))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`cdk deploy: ${printed.join('')}`)
}
