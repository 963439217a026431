import { build, type BuildOptions, type Metafile } from 'esbuild'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'

/** A function as it ships: one module, and what went into it. */
export interface Bundle {
  readonly code: string
  readonly metafile: Metafile
}

/** How every function is bundled. Node.js 24 is what Lambda runs it on; the SDK is inside, so its version is ours. */
const options = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
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
  return bundleModule(entry, { DEPLOYMENT: JSON.stringify(parseDeployment(deployment)) })
}

/** Bundles any module as functions are bundled; `define` has an expression for each name that is put in its place. */
export async function bundleModule(entry: string, define: Readonly<Record<string, string>>): Promise<Bundle> {
  const { code, metafile } = await bundled({ entryPoints: [entry], define })
  return { code: code.includes(asksForRequire) ? requireForModules + code : code, metafile }
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
  return { code: result.outputFiles[0]?.text ?? '', metafile: result.metafile }
}
