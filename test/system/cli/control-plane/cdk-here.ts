import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAssembly } from '../../../../cli/adapters/cdk.ts'
import type { Assembly, Cdk, CdkResult } from '../../../../cli/ports/cdk.ts'
import { synthesise } from '../../infra/synthesised.ts'

interface CdkModule {
  exec(args: readonly string[]): Promise<number | void>
}

const cdkFile = join(import.meta.dirname, '../../../../node_modules/aws-cdk/lib/index.js')

/**
 * The CDK's real command line in this process: as a child process it starts for seconds. Syntheses of the same settings are made
 * once, with bundles without code.
 */
export function cdkHere(settingsOf: (context: readonly string[]) => object): Cdk & { remove(): void } {
  const made = new Map<string, { folder: string; manifest: string }>()
  // The CDK keeps the account of a key there, for every process of this user.
  const home = mkdtempSync(join(tmpdir(), 'once-cdk-home-'))
  process.env['CDK_HOME'] = home
  return {
    async synth({ context, protectedStacks }): Promise<Assembly> {
      const key = context.toSorted().join(' ')
      const known = made.get(key) ?? synthesised(settingsOf(context))
      made.set(key, known)
      writeFileSync(join(known.folder, 'manifest.json'), known.manifest)
      return readAssembly(known.folder, protectedStacks)
    },
    async deploy({ name }, { folder, rollback, revertDrift, onLine, signal }): Promise<CdkResult> {
      const options = [...(rollback ? [] : ['--no-rollback']), ...(revertDrift ? ['--revert-drift'] : [])]
      const fixed = ['--exclusively', '--require-approval', 'never', '--progress', 'events', '--app', folder]
      const { code, lines } = await runCdk(['deploy', name, ...fixed, ...options])
      for (const line of lines) onLine(line)
      signal.throwIfAborted()
      if (code === 0) return { kind: 'deployed' }
      const isPaused = /paused fail state|includes a replacement which cannot be deployed/.test(lines.join('\n'))
      return { kind: isPaused ? 'rollback-first' : 'failed' }
    },
    remove() {
      for (const folder of [home, ...[...made.values()].map(each => join(each.folder, '..'))]) {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

interface Artifact {
  readonly additionalMetadataFile?: string
}

function synthesised(settings: object): { folder: string; manifest: string } {
  const { folder } = synthesise(settings, { validated: false })
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8')
  const { artifacts } = JSON.parse(manifest) as { artifacts: Readonly<Record<string, Artifact>> }
  for (const { additionalMetadataFile: file } of Object.values(artifacts)) {
    if (file !== undefined) keepMessages(join(folder, file))
  }
  return { folder, manifest }
}

/**
 * Keeps only the messages in the metadata of a stack. For each event of a stack, the CDK reads all of it again, to find the path and the
 * source of a construct.
 */
function keepMessages(file: string): void {
  const metadata = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly { type: string }[]>>
  const kept = Object.entries(metadata).flatMap(([path, entries]) => {
    const messages = entries.filter(({ type }) => /^aws:cdk:(info|warning|error)$/.test(type))
    return messages.length === 0 ? [] : [[path, messages] as const]
  })
  writeFileSync(file, JSON.stringify(Object.fromEntries(kept)))
}

/** Runs one command of the CDK; returns its exit code and what it printed. */
export async function runCdk(args: readonly string[]): Promise<{ code: number; lines: readonly string[] }> {
  const { exec } = createRequire(import.meta.url)(cdkFile) as CdkModule
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
  let code: number
  try {
    code = (await exec([...args, '--no-color', '--no-notices'])) ?? 0
  } catch (error) {
    printed.push(String((error as Error).stack))
    code = 1
  } finally {
    Object.assign(stdout, { write: writes[0] })
    Object.assign(stderr, { write: writes[1] })
  }
  return {
    code,
    lines: printed
      .join('')
      .split('\n')
      .filter(line => line.trim() !== ''),
  }
}
