import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import { build, type BuildOptions, type Metafile } from 'esbuild'
import { type Deployment, parseDeployment } from '../../shared/settings/deployment.ts'
import { moduleFile } from './function-entries.ts'
import { withSettings } from './function-settings.ts'

/** The bundle of a function. */
export interface Bundle {
  /** The source of the module that Lambda loads. */
  readonly code: string
  /** The sources of modules that it imports on demand, by file name. Most functions have none. */
  readonly chunks: Readonly<Record<string, string>>
  /** esbuild's list of inputs and outputs. */
  readonly metafile: Metafile
}

/**
 * esbuild's options for all functions. Lambda runs Node.js 24. The bundle includes the SDK, so that we choose its version.
 */
const commonOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  charset: 'utf8',
} as const satisfies BuildOptions

/** Options for a function that imports a module on demand. Others are not split: the SDK alone would become thirty chunks. */
const splitOptions = {
  splitting: true,
  outdir: 'out',
  outExtension: { '.js': '.mjs' },
  entryNames: parse(moduleFile).name,
  chunkNames: '[name]',
} as const satisfies BuildOptions

/**
 * Defines `require`, which ES modules lack, for CommonJS packages of the SDK that load Node's modules with it. Only bundles
 * with esbuild's marker get it, because it runs at every cold start.
 */
const requireDefinition = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`
const dynamicRequireMarker = 'Dynamic require of'

/** Whether the function at `entry` runs at the edge. */
const isEdge = (entry: string) => /\bedge\/[\w-]*main\.ts$/.test(entry)

/** Bundles the function at `entry`, a path in this repository, without its deployment. Rejects if the build fails. */
export async function bundleCode(entry: string): Promise<Bundle> {
  // The edge imports pages, refusals and guesses with the first request that needs them.
  return bundleModule(entry, {}, isEdge(entry) ? splitOptions : {})
}

/**
 * Bundles the function at `entry`, with its deployment in front: the bytes that are deployed. Rejects if the deployment is invalid,
 * so that functions needn't check it, and if the build fails.
 */
export async function bundleFunction(entry: string, deployment: Deployment): Promise<Bundle> {
  const checked = parseDeployment(deployment)
  const { code, ...rest } = await bundleCode(entry)
  return { code: withSettings(code, checked, isEdge(entry)), ...rest }
}

/**
 * Bundles a module like a function; `define` maps the global names that it uses to expressions. Rejects if the build fails.
 */
export async function bundleModule(
  entry: string,
  define: Readonly<Record<string, string>>,
  options: BuildOptions = {},
): Promise<Bundle> {
  const { code, ...rest } = await runBuild({ entryPoints: [entry], ...options })
  // Not through esbuild's `define`: if chunks share a definition, it becomes one more file to load at every cold start.
  const constants = Object.entries(define).map(([name, expression]) => `const ${name}=${expression};`)
  const prefix = code.includes(dynamicRequireMarker) ? requireDefinition : ''
  return { code: prefix + constants.join('') + code, ...rest }
}

async function runBuild(options: BuildOptions): Promise<Bundle> {
  const result = await build({ ...commonOptions, ...options, write: false, metafile: true, logLevel: 'silent' })
  const files = new Map(result.outputFiles.map(({ path, text }) => [basename(path), text]))
  const entry = files.has(moduleFile) ? moduleFile : [...files.keys()][0]
  const { [entry ?? '']: code = '', ...chunks } = Object.fromEntries(files)
  return { code, chunks, metafile: result.metafile }
}

/** Writes a bundle into `folder` and resolves to the path of `index.mjs`, the file that Lambda loads. */
export async function writeBundle({ code, chunks }: Pick<Bundle, 'code' | 'chunks'>, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = Object.entries({ ...chunks, [moduleFile]: code })
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
  return join(folder, moduleFile)
}
