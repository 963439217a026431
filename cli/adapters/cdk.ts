import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isRegion } from '../../shared/regions.ts'
import { UnreachableError } from '../command.ts'
import { settingsOf } from '../settings.ts'
import type { Assembly, Cdk, WriteTemplates } from '../ports/cdk.ts'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'node_modules/aws-cdk/bin/cdk')

/** What the CDK prints before it refuses to go on with an unfinished stack, for want of a terminal (aws-cdk 2.1148). */
const needsRollback = /paused fail state|includes a replacement which cannot be deployed/

/** What the CDK prints for each file that it uploads. */
const aboutAssets = /: (start|success): (Building|Built|Publishing|Published) /

/** An assembly that was synthesised, and its manifest as the CDK wrote it. */
interface Assembled {
  readonly folder: string
  readonly manifest: string
}

/**
 * Synthesises in this process, once for each distinct set of settings, and deploys with the CDK's command line in child processes.
 * Assemblies are in `folder`, which the first synthesis empties. Only its templates are validated: `once deploy` begins with those
 * of the settings as they are, and its passes differ from them in Regions.
 */
export function cdk(folder: string = join(root, 'out/deploy'), run: RunCdk = inChild): Cdk {
  const known = new Map<string, Assembled>()
  return {
    async synth({ settings, protectedStacks, signal }) {
      const key = JSON.stringify(settingsOf(settings))
      const { folder: app, manifest } = known.get(key) ?? (await synthesise(settings, folder, known.size))
      known.set(key, { folder: app, manifest })
      await writeFile(join(app, 'manifest.json'), manifest)
      signal.throwIfAborted()
      return readAssembly(app, protectedStacks)
    },
    async deploy({ name }, { folder: app, rollback, revertDrift, signal, onLine }) {
      let isPaused = false
      const options = [...(rollback ? [] : ['--no-rollback']), ...(revertDrift ? ['--revert-drift'] : [])]
      const fixed = ['--exclusively', '--require-approval', 'never', '--progress', 'events', '--app', app]
      const code = await run(['deploy', name, ...fixed, ...options], {
        signal,
        onLine(line) {
          isPaused ||= needsRollback.test(line)
          if (!aboutAssets.test(line)) onLine(line)
        },
      })
      signal.throwIfAborted()
      return { kind: code === 0 ? 'deployed' : isPaused ? 'rollback-first' : 'failed' }
    },
  }
}

/** Writes templates in this process, with the CDK, which is loaded here too. */
export const templates: WriteTemplates = async (...options) => {
  const { writeTemplates } = await import('../../infra/app/templates.ts')
  return writeTemplates(...options).catch((cause: unknown) => refuse('the templates were not written', cause))
}

function refuse(what: string, cause: unknown): never {
  throw new UnreachableError(`${what}:\n${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}

/** Synthesises settings as the assembly of this number. The CDK is loaded here: other commands start without it. */
async function synthesise(settings: object, parent: string, number: number): Promise<Assembled> {
  const folder = join(parent, String(number))
  const functions = join(parent, 'code')
  const isFirst = number === 0
  if (isFirst) await rm(parent, { recursive: true, force: true })
  const { writeFunctions } = await import('../../infra/code/build.ts')
  const { assemble } = await import('../../infra/app/assemble.ts')
  try {
    if (isFirst) await writeFunctions(functions)
    assemble(settings, { folder, functions, validated: isFirst })
  } catch (cause) {
    refuse('the CDK failed', cause)
  }
  return { folder, manifest: await readFile(join(folder, 'manifest.json'), 'utf8') }
}

interface RunOptions {
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** Runs a command of the CDK, and resolves to its exit code; to 1 if a signal ended it. */
export type RunCdk = (args: readonly string[], options: RunOptions) => Promise<number>

/** Runs the CDK as a child process. It has no standard input, so it asks nothing. */
const inChild: RunCdk = async (args, { signal, onLine }) => {
  const child = spawn(process.execPath, [program, ...args, '--no-color', '--no-notices'], {
    cwd: root,
    // Compiling it takes half of its start: main.ts says what is kept.
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/once') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => child.kill('SIGINT')
  signal.addEventListener('abort', stop, { once: true })
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', line => line.trim() !== '' && onLine(line))
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code ?? 1
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** What this changes of an assembly's manifest (CDK, "Cloud assembly schema"). */
interface Manifest {
  readonly artifacts: Readonly<Record<string, { readonly properties?: { terminationProtection?: boolean } }>>
}

/** Reads the stacks of an assembly, each after those that it depends on, and marks those that are protected. */
export async function readAssembly(folder: string, protectedStacks: readonly string[]): Promise<Assembly> {
  const { CloudAssembly } = await import('aws-cdk-lib/cx-api')
  const file = join(folder, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest
  for (const name of protectedStacks) {
    const { properties } = manifest.artifacts[name] ?? {}
    if (properties !== undefined) properties.terminationProtection = true
  }
  await writeFile(file, JSON.stringify(manifest, null, 2))
  const stacks = new CloudAssembly(folder).stacks.map(stack => {
    const { stackName: name, environment, requiresBootstrapStackVersion: bootstrap } = stack
    const { region } = environment
    if (!isRegion(region))
      throw new UnreachableError(`stack ${name}: got Region ${region}, allowed: one that this version knows`)
    const template = readFileSync(stack.templateFullPath, 'utf8')
    return { name, region, template, bootstrap }
  })
  return { folder, stacks }
}
