import { globSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folders =
  '{edge,gate,error-pages,aws,api,authorizer,keys,events,watch,delivered,notifier,shared,openapi,console,emulator,construct,infra,examples,cli,client,bench,test}'
const files = globSync(`${folders}/**/*.ts`, { cwd: root, exclude: ['**/node_modules', '**/out'] }).map(file =>
  file.replaceAll('\\', '/'),
)
const shipped = files.filter(file => !file.startsWith('test/'))

const source = (file: string) => readFileSync(join(root, file), 'utf8')

const imports = new Map<string, readonly string[]>()

/** Returns what a file imports: packages by name, our own files by path from the root. */
function importsOf(file: string): readonly string[] {
  const known = imports.get(file)
  if (known !== undefined) return known
  const found = readImports(file)
  imports.set(file, found)
  return found
}

function readImports(file: string): readonly string[] {
  const { module } = parseSync(file, source(file))
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ]
  return specifiers.map(specifier =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
  )
}

const isNode = (specifier: string) => specifier.startsWith('node:')
const isOurs = (specifier: string) => files.includes(specifier)
/** Folders of the functions that Lambda runs; each has one or more main files that connect its parts. */
const functions = ['edge', 'api', 'authorizer', 'keys', 'events', 'watch', 'delivered', 'notifier']
const isMain = (file: string) => /(\/|-)main\.ts$/.test(file)
const folderOf = (file: string) => file.split('/')[0] ?? ''

/** The folders that each folder may import. A folder is where its code runs. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: ['shared'],
  aws: ['aws', 'shared'],
  edge: ['edge', 'aws', 'shared'],
  gate: ['gate', 'shared'],
  api: ['api', 'aws', 'shared'],
  keys: ['keys', 'shared'],
  events: ['events', 'shared'],
  watch: ['watch', 'shared'],
  delivered: ['delivered', 'aws', 'shared'],
  notifier: ['notifier', 'shared'],
  openapi: ['openapi', 'shared'],
  'error-pages': ['error-pages', 'edge', 'shared'],
  authorizer: ['authorizer', 'aws', 'shared'],
  construct: ['construct', 'gate', 'error-pages', 'shared'],
  infra: ['infra', 'construct', 'gate', 'error-pages', 'shared'],
  examples: ['examples', 'construct', 'infra'],
  client: ['client', 'shared'],
  console: ['console', 'edge', 'shared'],
  cli: ['cli', 'client', 'console', 'shared', 'construct', 'infra'],
  emulator: [
    'emulator',
    'console',
    'client',
    'edge',
    'gate',
    'error-pages',
    'api',
    'authorizer',
    'delivered',
    'shared',
    'infra',
  ],
  bench: ['bench', 'emulator', 'shared', 'construct'],
}

/** Returns a file and all files of ours that it imports, at any distance. */
function reachableFrom(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const next of importsOf(file).filter(isOurs)) reachableFrom(next, seen)
  return seen
}

/** Packs the client, so it may import more than the client itself. */
const clientBuild = 'tools/client/build-main.ts'

describe('imports point one way', () => {
  test.each(shipped.filter(file => file !== clientBuild))('%s', file => {
    for (const specifier of importsOf(file).filter(isOurs)) {
      expect(allowed[folderOf(file)]).toContain(folderOf(specifier))
    }
  })

  test('in shared, files of the top import neither subfolder, and the subfolders do not import each other', () => {
    for (const file of shipped.filter(each => folderOf(each) === 'shared')) {
      const below = (path: string) => path.split('/').slice(1, -1).join('/')
      const others = importsOf(file).filter(
        path => isOurs(path) && below(path) !== '' && below(path) !== below(file) && folderOf(path) === 'shared',
      )
      expect(others, file).toEqual([])
    }
  })

  test('the parts of the command line import its ports, and not each other', () => {
    const partOf = (path: string) => /^cli\/([^/]+)\//.exec(path)?.[1]
    for (const file of shipped.filter(each => folderOf(each) === 'cli')) {
      const parts = importsOf(file).flatMap(path => partOf(path) ?? [])
      if (partOf(file) === 'ports')
        expect(
          [...new Set(parts)].filter(part => part !== 'ports'),
          file,
        ).toEqual([])
      if (partOf(file) === 'links') expect(parts, file).not.toContain('deployment')
      if (partOf(file) === 'deployment') expect(parts, file).not.toContain('links')
    }
  })

  test('unit tests need only this process and loopback: no child process, thread, browser or synthesis', () => {
    const outside = /^node:(child_process|worker_threads)$|^aws-cdk-lib|^cdk-nag$|^playwright-core$/
    for (const file of files.filter(each => /^test\/unit\/.*\.test\.ts$/.test(each))) {
      expect(
        [...reachableFrom(file)].flatMap(importsOf).filter(specifier => outside.test(specifier)),
        file,
      ).toEqual([])
    }
  })

  test('error pages, which no function makes, take of the edge its pages only', () => {
    for (const file of shipped.filter(each => folderOf(each) === 'error-pages')) {
      const ofEdge = importsOf(file).filter(specifier => folderOf(specifier) === 'edge')
      expect(
        ofEdge.filter(specifier => !specifier.startsWith('edge/pages/')),
        file,
      ).toEqual([])
    }
  })

  test('of the settings to deploy, the emulator reads their file only, where it starts', () => {
    const imported = shipped
      .filter(file => folderOf(file) === 'emulator')
      .flatMap(file =>
        importsOf(file)
          .filter(path => folderOf(path) === 'infra')
          .map(path => [file, path]),
      )
    expect(imported).toEqual([['emulator/main.ts', 'infra/deployment.ts']])
  })

  test('shared imports no SDK, no CDK and no other package except the validator', () => {
    const packages = shipped.filter(file => folderOf(file) === 'shared').flatMap(importsOf)
    expect(
      packages.filter(
        specifier => !isOurs(specifier) && !isNode(specifier) && !['valibot', 'json-schema-to-ts'].includes(specifier),
      ),
    ).toEqual([])
  })

  test('the command line needs no CDK; only its adapters import the SDK, and only main imports adapters', () => {
    const reached = new Set<string>()
    for (const file of shipped.filter(each => folderOf(each) === 'cli')) {
      reachableFrom(file, reached)
      const isAdapter = file.startsWith('cli/adapters/')
      const importsOfPart = (part: string) => importsOf(file).filter(specifier => specifier.includes(part))
      if (!isAdapter) expect(importsOfPart('@aws-sdk/'), file).toEqual([])
      if (!isAdapter && file !== 'cli/command-main.ts') expect(importsOfPart('/adapters/'), file).toEqual([])
    }
    const ofCdk = (file: string) => importsOf(file).filter(name => /^(aws-cdk-lib|constructs|cdk-nag)\b/.test(name))
    expect([...reached].filter(file => ofCdk(file).length > 0)).toEqual([])
  })

  test('the client imports only itself, types of shared, and no package', () => {
    for (const file of shipped.filter(each => folderOf(each) === 'client' && each !== clientBuild)) {
      const others = importsOf(file).filter(specifier => folderOf(specifier) !== 'client')
      expect(
        others.filter(specifier => specifier !== 'shared/schemas/types.ts'),
        file,
      ).toEqual([])
      const values = source(file).match(/^import (?!type )[^']*'\.\.\/shared/gm)
      expect(values, file).toBeNull()
    }
  })

  test('in functions only adapters import an SDK, and only main imports adapters', () => {
    for (const file of shipped.filter(each => functions.includes(folderOf(each)))) {
      const imports = importsOf(file)
      const isAdapter = file.includes('/adapters/')
      if (!isAdapter)
        expect(
          imports.filter(specifier => specifier.startsWith('@aws-sdk/')),
          file,
        ).toEqual([])
      if (!isAdapter && !isMain(file))
        expect(
          imports.filter(specifier => specifier.includes('/adapters/')),
          file,
        ).toEqual([])
    }
  })

  test('in functions only main and adapters import aws, which imports no package', () => {
    for (const file of shipped.filter(each => functions.includes(folderOf(each)))) {
      if (file.includes('/adapters/') || isMain(file)) continue
      expect(
        importsOf(file).filter(specifier => folderOf(specifier) === 'aws'),
        file,
      ).toEqual([])
    }
    const specifiers = shipped.filter(file => folderOf(file) === 'aws').flatMap(importsOf)
    expect(specifiers.filter(specifier => !isOurs(specifier) && !isNode(specifier))).toEqual([])
  })

  test('in functions only main and adapters use clock, environment, randomness, files and network', () => {
    const outside =
      /\bDate\.now\b|\bnew Date\(\)|\bprocess\.|Math\.random|randomBytes\(|\bfetch\(|node:(fs|net|http|https|timers|dns|child_process)/
    const inner = shipped.filter(file => [...functions, 'gate', 'shared'].includes(folderOf(file)))
    for (const file of inner.filter(each => !each.includes('/adapters/') && !isMain(each))) {
      expect(outside.exec(source(file))?.[0], file).toBeUndefined()
    }
  })
})

describe('code stays readable', () => {
  test.each(shipped)('%s: every export has a docstring', file => {
    const text = source(file)
    const exported = [...text.matchAll(/^export (?!\{|type \{)/gm)]
    for (const { index } of exported) {
      const before = text.slice(0, index).trimEnd()
      const line = text.slice(index).split('\n')[0]
      expect(before.endsWith('*/'), `${file}: ${line}`).toBe(true)
    }
  })

  test('no binary file is larger than 100 kB, but two pictures of README and the release that is upgraded', () => {
    const exclude = ['**/node_modules', '**/out', '.git', 'tools/python', 'infra/functions']
    const isLarge = (path: string) => statSync(path).isFile() && statSync(path).size > 100_000
    const large = globSync('**/*', { cwd: root, exclude }).filter(
      name => isLarge(join(root, name)) && readFileSync(join(root, name)).includes(0),
    )
    expect(large.toSorted()).toEqual([
      'docs/pictures/console-light.png',
      'docs/pictures/page-confirmation.png',
      'test/releases/0.1.0.json.br',
    ])
  })

  test('no file or folder is named utils, helpers, common or misc, and there is no barrel', () => {
    const named = files.filter(file => /(^|\/)(utils?|helpers?|common|misc|index)(\.ts|\/)/.test(file))
    expect(named).toEqual(['infra/index.ts']) // what a published package exports
  })
})
