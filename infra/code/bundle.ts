import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, parse, resolve } from 'node:path'
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
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
  // Commands run in any folder.
  absWorkingDir: join(import.meta.dirname, '../..'),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  charset: 'utf8',
} as const satisfies BuildOptions

/**
 * Leaves each module that is imported on demand to a bundle of its own, and adds it to `found`, by its name; outside of the edge only
 * clients of the SDK, in files named `sdk-*`. What two of them import is in both: esbuild's splitting would make it one more file to load
 * at every cold start.
 */
function onDemand(entry: string, found: Map<string, string>): Plugin {
  return {
    name: 'on-demand',
    setup({ onResolve }) {
      onResolve({ filter: isEdge(entry) ? /^\./ : /^\.\/sdk-[\w-]+\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const { name } = parse(path)
        found.set(name, resolve(resolveDir, path))
        return { path: `./${name}.mjs`, external: true }
      })
    },
  }
}

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
  const found = new Map<string, string>()
  const options = { plugins: [onDemand(entry, found)], outdir: 'out', outExtension: { '.js': '.mjs' } }
  await runBuild({ entryPoints: [entry], ...options })
  if (found.size === 0) return bundleModule(entry, {})
  const entryPoints = { [parse(moduleFile).name]: entry, ...Object.fromEntries(found) }
  const { code, chunks, metafile } = await runBuild({ entryPoints, ...options })
  const complete = Object.entries(chunks).map(([name, text]) => [name, withRequire(text)] as const)
  return { code: withRequire(code), chunks: Object.fromEntries(complete), metafile }
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
export async function bundleModule(entry: string, define: Readonly<Record<string, string>>): Promise<Bundle> {
  const { code, ...rest } = await runBuild({ entryPoints: [entry] })
  // Not through esbuild's `define`: if chunks share a definition, it becomes one more file to load at every cold start.
  const constants = Object.entries(define).map(([name, expression]) => `const ${name}=${expression};`)
  return { code: withRequire(constants.join('') + code), ...rest }
}

function withRequire(code: string): string {
  return code.includes(dynamicRequireMarker) ? requireDefinition + code : code
}

async function runBuild(options: BuildOptions): Promise<Bundle> {
  const result = await build({ ...commonOptions, ...options, write: false, metafile: true, logLevel: 'silent' })
  const [code, ...chunks] = result.outputFiles
  return {
    code: code?.text ?? '',
    chunks: Object.fromEntries(chunks.map(({ path, text }) => [basename(path), text])),
    metafile: result.metafile,
  }
}

/** Writes a bundle into `folder` and resolves to the path of `index.mjs`, the file that Lambda loads. */
export async function writeBundle({ code, chunks }: Pick<Bundle, 'code' | 'chunks'>, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = Object.entries({ ...chunks, [moduleFile]: code })
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
  return join(folder, moduleFile)
}
