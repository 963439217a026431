import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { RunCdk } from '../../../cli/adapters/cdk.ts'

interface CdkModule {
  exec(args: readonly string[]): Promise<number | void>
}

const file = join(import.meta.dirname, '../../../node_modules/aws-cdk/lib/index.js')

/** Runs one command of the CDK's command line in this process: as a child process it starts for seconds. */
export const runCdkHere: RunCdk = async (args, { onLine }) => {
  const { exec } = createRequire(import.meta.url)(file) as CdkModule
  const printed: string[] = []
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  const keep = ((text: string | Uint8Array, ...rest: readonly unknown[]) => {
    printed.push(String(text))
    const done = rest.find(each => typeof each === 'function') as (() => void) | undefined
    done?.()
    return true
  }) as typeof stdout.write
  Object.assign(stdout, { write: keep })
  Object.assign(stderr, { write: keep })
  try {
    return (await exec([...args, '--no-color', '--no-notices'])) ?? 0
  } catch (error) {
    printed.push(String(error))
    return 1
  } finally {
    Object.assign(stdout, { write: writes[0] })
    Object.assign(stderr, { write: writes[1] })
    process.exitCode = undefined
    for (const line of printed.join('').split('\n')) if (line.trim() !== '') onLine(line)
  }
}
