import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { arch, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const tools = join(dirname(createRequire(import.meta.url).resolve('#tools')), 'node_modules')

/** The oldest Node.js that the package allows, and the CDK's oldest version; undefined if they are not installed. */
export const oldest = {
  node: join(tools, `node-linux-${arch()}/bin/node`),
  cdk: join(tools, 'aws-cdk-lib-oldest'),
  constructs: join(tools, 'constructs'),
}

/** Why this machine can't try the oldest versions; undefined if it can. */
export const missingOldest = Object.values(oldest).every(existsSync)
  ? undefined
  : 'they are not installed (npm ci --prefix tools)'

/** Versions of what the user of the construct has. */
export type Age = 'newest' | 'oldest'

/** A folder of someone who has installed the tarball. */
export interface Consumer {
  readonly folder: string
  /** Runs a script with this folder's Node.js and returns what it printed. Throws with its errors if it fails. */
  node(...args: readonly string[]): string
}

/** The package as it is published. */
export interface Packed {
  readonly tarball: string
  /** What it makes public, as infra/api-report.md should say. */
  readonly report: string
  /** Paths of its files. */
  readonly files: readonly string[]
  /** The folder that has its files. */
  readonly installed: string
  /** Installs the tarball, without scripts and without a network, beside the CDK of that age. */
  consumer(age: Age): Consumer
  remove(): void
}

/** Packs infra/ as `npm publish` does, which builds it first: seconds. */
export function packConstruct(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'once-construct-'))
  const { printed, report } = oneAtATime(() => ({
    printed: execFileSync('npm', ['pack', './infra', '--pack-destination', folder, '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    report: readFileSync(join(root, 'out/construct-declarations/api-report.md'), 'utf8'),
  }))
  const [{ filename, files }] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as [
    { filename: string; files: readonly { path: string }[] },
  ]
  const tarball = join(folder, filename)
  const consumers = new Map<Age, Consumer>()
  const consumer = (age: Age) => {
    const known = consumers.get(age) ?? install(tarball, join(folder, age), age)
    consumers.set(age, known)
    return known
  }
  return {
    tarball,
    report,
    files: files.map(({ path }) => path),
    get installed() {
      return join(consumer('newest').folder, 'node_modules/once-at-edge-cdk')
    },
    consumer,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Longest time for which another process may pack, in milliseconds: what is older was left by one that was killed. */
const maxPackMs = 120_000

/** Runs what writes into a package's out/ while no other process does: suites that pack run at the same time. */
export function oneAtATime<T>(run: () => T): T {
  const lock = join(root, 'out/construct-pack.lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity }
      if (Date.now() - mtimeMs > maxPackMs) rmSync(lock, { recursive: true, force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
  try {
    return run()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Peers are linked afterwards: npm would fetch them. */
function install(tarball: string, folder: string, age: Age): Consumer {
  const node = age === 'newest' ? process.execPath : oldest.node
  const env = { ...process.env, PATH: [dirname(node), process.env['PATH']].join(delimiter) }
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }))
  const options = ['--offline', '--ignore-scripts', '--legacy-peer-deps', '--engine-strict', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', ...options, tarball], { cwd: folder, env, stdio: 'pipe' })
  const modules = join(folder, 'node_modules')
  const own = join(root, 'node_modules')
  symlinkSync(age === 'newest' ? join(own, 'aws-cdk-lib') : oldest.cdk, join(modules, 'aws-cdk-lib'))
  symlinkSync(age === 'newest' ? join(own, 'constructs') : oldest.constructs, join(modules, 'constructs'))
  return {
    folder,
    node(...args) {
      const { status, stdout, stderr } = spawnSync(node, args, { cwd: folder, env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`)
      return stdout
    },
  }
}

/** The names of the examples, each a folder with an app. */
export const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter(each => each.isDirectory())
  .map(({ name }) => name)

/** A resource of a template, as JSON. */
export interface ExampleResource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
}

/** The resources of each example, by its name. */
export type ExampleResources = Readonly<Record<string, readonly ExampleResource[]>>

/**
 * Synthesises copies of all examples in one process, without a feature flag, as someone does who has copied one. The CDK writes an app
 * when the process has nothing else to do.
 */
export function synthesiseExamples({ folder, node }: Consumer): ExampleResources {
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  writeFileSync(
    join(folder, 'synth.js'),
    `for (const name of ${JSON.stringify(examples)}) {
  process.env.CDK_OUTDIR = 'out/' + name
  await import('./examples/' + name + '/app.ts')
}`,
  )
  node('--experimental-strip-types', '--no-warnings', 'synth.js')
  return Object.fromEntries(examples.map(name => [name, resourcesIn(join(folder, 'out', name))]))
}

function resourcesIn(assembly: string): readonly ExampleResource[] {
  return readdirSync(assembly)
    .filter(name => name.endsWith('.template.json'))
    .flatMap(name => {
      const { Resources } = JSON.parse(readFileSync(join(assembly, name), 'utf8')) as { Resources: object }
      return Object.values(Resources) as ExampleResource[]
    })
}
