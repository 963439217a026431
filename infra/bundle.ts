import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import { build, type BuildOptions, type Metafile } from 'esbuild'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'

/** A function as it ships, and what went into it. */
export interface Bundle {
  /** The module that is loaded first. */
  readonly code: string
  /** Modules that it loads when it needs them, by the names of their files beside it. Most functions have none. */
  readonly chunks: Readonly<Record<string, string>>
  readonly metafile: Metafile
}

/** How every function is bundled. Node.js 24 is what Lambda runs it on; the SDK is inside, so its version is ours. */
const options = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  charset: 'utf8',
} as const satisfies BuildOptions

/** Of several files, the one that is loaded first. */
const firstName = 'index.mjs'

/** For a function that loads a module of its own when it needs it. Others stay whole: the SDK would fall into thirty parts. */
const inParts = {
  splitting: true,
  outdir: 'out',
  outExtension: { '.js': '.mjs' },
  entryNames: parse(firstName).name,
  chunkNames: '[name]',
} as const satisfies BuildOptions

/**
 * Some packages of the SDK are CommonJS and ask for Node's own modules with `require`, which ES modules lack. Only where
 * it is needed: it is loaded at every cold start. esbuild marks such a bundle with a text of its own.
 */
const requireForModules = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`
const asksForRequire = 'Dynamic require of'

/**
 * Bundles the function at `entry` (a path of this repository) with its deployment inlined: Lambda@Edge has no
 * environment variables. The deployment holds no secret, so neither does the bundle. Rejects when the deployment is
 * wrong, so that no function has to look at it again, and when it doesn't build.
 */
export async function bundleFunction(entry: string, deployment: Deployment): Promise<Bundle> {
  // The edge imports its pages when it shows the first.
  const how = entry.endsWith('edge/main.ts') ? inParts : {}
  return bundleModule(entry, { DEPLOYMENT: JSON.stringify(parseDeployment(deployment)) }, how)
}

/** Bundles any module as functions are bundled; `define` has an expression for each global name that it uses. */
export async function bundleModule(
  entry: string,
  define: Readonly<Record<string, string>>,
  how: BuildOptions = {},
): Promise<Bundle> {
  const { code, ...rest } = await bundled({ entryPoints: [entry], ...how })
  // Not by esbuild, which would make a chunk of them for all parts to share: one more file to load at every cold start.
  const defined = Object.entries(define).map(([name, expression]) => `const ${name}=${expression};`)
  const required = code.includes(asksForRequire) ? requireForModules : ''
  return { code: required + defined.join('') + code, ...rest }
}

/** Most characters of a function whose code stands in a template; CloudFormation's limit was that for long. */
const mostInline = 4096

/**
 * Bundles a function so small that it stands in the template itself, where a Region has no bucket to ship from. It is a
 * CommonJS module for a file `index.js` (AWS CloudFormation, "AWS::Lambda::Function Code"), and its clients of the SDK are
 * those that Lambda's Node.js brings. Rejects when it doesn't fit.
 */
export async function bundleInline(entry: string, define: Readonly<Record<string, string>> = {}): Promise<Bundle> {
  const bundle = await bundled({ entryPoints: [entry], define, format: 'cjs', external: ['@aws-sdk/*'] })
  const { length } = bundle.code
  if (length > mostInline) throw new Error(`${entry}: got ${length} characters, allowed in a template: ${mostInline}`)
  return bundle
}

async function bundled(how: BuildOptions): Promise<Bundle> {
  const result = await build({ ...options, ...how, write: false, metafile: true, logLevel: 'silent' })
  const files = new Map(result.outputFiles.map(({ path, text }) => [basename(path), text]))
  const first = files.has(firstName) ? firstName : [...files.keys()][0]
  const { [first ?? '']: code = '', ...chunks } = Object.fromEntries(files)
  return { code, chunks, metafile: result.metafile }
}

/** The entries of all functions, by what they are called here. */
const entries = {
  edge: 'edge/main.ts',
  api: 'api/main.ts',
  exchange: 'api/exchange-main.ts',
  sweeper: 'api/sweeper-main.ts',
  keys: 'keys/main.ts',
  events: 'events/main.ts',
} as const

/** A folder for each function that holds its bundle and nothing else: what is zipped and shipped. */
export type Code = Readonly<Record<keyof typeof entries, string>>

/** Bundles every function into `folder`, which is emptied first. The same deployment gives the same bytes. */
export async function writeCode(deployment: Deployment, folder: string): Promise<Code> {
  await rm(folder, { recursive: true, force: true })
  const written = Object.entries(entries).map(async ([name, entry]) => {
    const own = join(folder, name)
    await writeBundle(await bundleFunction(entry, deployment), own)
    return [name, own]
  })
  return Object.fromEntries(await Promise.all(written)) as Code
}

/** Writes a bundle into `folder`, as Lambda unpacks it: `index.mjs` is what it loads, and its path is given back. */
export async function writeBundle({ code, chunks }: Pick<Bundle, 'code' | 'chunks'>, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = Object.entries({ ...chunks, 'index.mjs': code })
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
  return join(folder, 'index.mjs')
}
