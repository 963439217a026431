import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { installedRuntimeClient, startRuntimeApi } from '../../../tools/bench/runtime-api.ts'
import { type Bundle, writeBundle } from '../../../infra/code/bundle.ts'
import { temporaryFolder } from '../machine/folder.ts'

/** A function in a process of its own, under AWS's own runtime client. */
export interface LambdaFunction {
  /** Invokes it once; rejects if the function, its loading or its process fails. */
  invoke(event: object): Promise<unknown>
  /** Returns its log so far. */
  output(): string
}

const client = installedRuntimeClient()

/**
 * Defines a suite under AWS's runtime client for Lambda; without the client it is skipped, with the reason in its name.
 */
export function onLambda(suite: () => void): void {
  const missing = 'missing' in client ? client.missing : undefined
  describe.skipIf(missing !== undefined)(`under aws-lambda-ric${missing === undefined ? '' : `: ${missing}`}`, suite)
}

/** Environment of Lambda, except Region and credentials (AWS, "Defined runtime environment variables"). */
const lambdaEnvironment = {
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'once',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/once',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/24/[1]once',
  _HANDLER: 'index.handler',
}

/** Starts a bundle as Lambda does, with Lambda's environment and `env` only; ends with the test. */
export async function startLambda(bundle: Bundle, env: Readonly<Record<string, string>>): Promise<LambdaFunction> {
  if ('missing' in client) throw new Error(client.missing)
  const root = join(temporaryFolder(), 'task')
  await writeBundle(bundle, root)
  const api = await startRuntimeApi()
  const runtime = spawn(process.execPath, [client.file, 'index.handler'], {
    env: { ...lambdaEnvironment, AWS_LAMBDA_RUNTIME_API: api.address, LAMBDA_TASK_ROOT: root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [runtime.stdout, runtime.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const output = () => chunks.join('')
  const exited = once(runtime, 'close') // its output is complete only then
  const failed = exited.then(([code, signal]) => {
    throw new Error(`the runtime ended with ${String(code ?? signal)}: ${output()}`)
  })
  failed.catch(() => undefined)
  onTestFinished(async () => {
    runtime.kill('SIGKILL')
    await exited
    await api.close()
  })
  return { invoke: event => Promise.race([api.invoke(event), failed]), output }
}
