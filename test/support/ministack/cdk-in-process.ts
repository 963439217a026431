import { readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cdk, type RunCdk } from '../../../cli/adapters/cdk.ts'
import type { Cdk } from '../../../cli/ports/cdk.ts'

interface CdkModule {
  exec(args: readonly string[]): Promise<number | void>
}

const file = join(import.meta.dirname, '../../../node_modules/aws-cdk/lib/index.js')

/**
 * Synthesises into a folder and deploys as `once deploy` does, with the CDK's command line in this process. For each event of a stack,
 * the CDK reads the metadata of all constructs twice, to say where one is in the app, which would be most of its time: it finds none.
 */
export async function cdkHere(folder: string): Promise<Cdk> {
  await import('./short-waits.ts')
  const { synth, deploy } = cdk(folder, runCdkHere)
  return {
    deploy,
    async synth(options) {
      const assembly = await synth(options)
      const files = (await readdir(assembly.folder)).filter(name => name.endsWith('.metadata.json'))
      for (const name of files) await writeFile(join(assembly.folder, name), '{}')
      return assembly
    },
  }
}

/** Runs one command of the CDK's command line in this process: as a child process it starts for seconds. */
const runCdkHere: RunCdk = async (args, { onLine }) => {
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
