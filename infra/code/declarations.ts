import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

/** What is public of a module: its declarations in one file, and the same without comments, as a report of which changes are seen. */
export interface Declarations {
  readonly rollup: string
  readonly report: string
}

/** A package, and what its user has anyway. */
export interface DeclaringPackage {
  /** Its folder in this repository. */
  readonly name: 'client' | 'infra'
  readonly peers: readonly string[]
}

/**
 * Returns the declarations of the module `entry`, a `.d.ts` file in `folder`: what it exports, and what that needs of our own files. Throws
 * if one needs another package than the peers, which a user may not have.
 */
export function declarationsOf(entry: string, folder: string, { name, peers }: DeclaringPackage): Declarations {
  mkdirSync(join(folder, 'report'), { recursive: true })
  const { succeeded } = Extractor.invoke(configOf(entry, folder, name), {
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
  return { rollup, report: readFileSync(join(folder, 'report/public.api.md'), 'utf8') }
}

function configOf(entry: string, folder: string, name: DeclaringPackage['name']): ExtractorConfig {
  const root = join(import.meta.dirname, '../..')
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
