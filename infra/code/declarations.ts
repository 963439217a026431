import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const root = join(import.meta.dirname, '../..')

/** A package that users install, and what they have anyway. */
interface DeclaringPackage {
  /** Its folder in this repository. */
  readonly name: 'client' | 'infra'
  /** The folder of declarations that its tsconfig.json names. */
  readonly folder: string
  /** The declarations of its module, below that folder. */
  readonly entry: string
  readonly peers: readonly string[]
  /** Completes the declarations before they are put together. @default none needs it */
  readonly complete?: () => void
}

/**
 * Returns the declarations of a package in one file: what its module exports, and what that needs of our own files. Writes the same without
 * comments as a report, of which changes are seen: with `--report` beside package.json, otherwise beside the declarations, where a test
 * compares both. Throws if one needs another package than the peers, which a user may not have.
 */
export function declarationsOf({ name, folder, entry, peers, complete }: DeclaringPackage): string {
  rmSync(folder, { recursive: true, force: true })
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', name]
  const { status, stdout, stderr } = spawnSync(process.execPath, tsc, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`tsc: ${stdout}${stderr}`)
  complete?.()
  mkdirSync(join(folder, 'report'), { recursive: true })
  const { succeeded } = Extractor.invoke(configOf(join(folder, entry), folder, name), {
    localBuild: true,
    messageCallback: message => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error
    },
  })
  if (!succeeded) throw new Error(`${entry}: API Extractor failed`)
  const rollup = readFileSync(join(folder, 'index.d.ts'), 'utf8')
  for (const [, module = ''] of rollup.matchAll(/(?:\bfrom|\bimport)[ (]'([^']+)'/g)) {
    if (peers.some(peer => module === peer || module.startsWith(`${peer}/`))) continue
    throw new Error(`${entry}: got a type of ${module}, allowed: of ${peers.join(', ') || 'no package'}`)
  }
  const reported = process.argv.includes('--report') ? join(root, name) : folder
  writeFileSync(join(reported, 'api-report.md'), readFileSync(join(folder, 'report/public.api.md')))
  // npm packs the LICENSE beside package.json, and its registry shows that one.
  cpSync(join(root, 'LICENSE'), join(root, name, 'LICENSE'))
  return rollup
}

function configOf(entry: string, folder: string, name: DeclaringPackage['name']): ExtractorConfig {
  const silent = { default: { logLevel: ExtractorLogLevel.None, addToApiReportFile: false } }
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, name, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            lib: ['es2022'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          files: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: 'public',
        reportFolder: join(folder, 'report'),
        reportTempFolder: join(folder, 'temporary'),
        includeForgottenExports: true,
      },
      dtsRollup: { enabled: true, untrimmedFilePath: join(folder, 'index.d.ts') },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent, compilerMessageReporting: silent },
    },
  })
}
