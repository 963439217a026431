import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { parseSync, Visitor } from 'oxc-parser'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { compilerErrors, withNode } from '../../support/machine/compiler.ts'
import { follow, stepsIn } from '../../support/construct/newcomer.ts'
import {
  type Age,
  type ExampleResource,
  type ExampleResources,
  examples,
  missingOldest,
  packConstruct,
  type Packed,
  synthesiseExamples,
} from '../../support/construct/packed.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { account, keepLog, type MiniStack, startMiniStack } from '../../support/ministack/ministack.ts'
import { missingPython } from '../../support/machine/python.ts'
import { tryInCompany } from './company.ts'

// All that needs the packed package, in one file: two files would pack it at the same time, into one folder.

const root = join(import.meta.dirname, '../../..')
if (missingOldest !== undefined) console.warn(`\nSKIPPED: the construct on oldest versions, because ${missingOldest}\n`)

let packed: Packed
beforeAll(() => {
  packed = packConstruct()
}, 240_000)
afterAll(() => packed?.remove())

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, Record<string, string>>>

/** Returns what a module imports by static and dynamic import, and by `require()`. */
function importsOf(name: string, text: string): readonly string[] {
  const { module, program } = parseSync(name, text)
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(each => each.moduleRequest?.value ?? [])),
  ]
  const note = (source: { readonly type: string; readonly value?: unknown } | undefined) => {
    if (source?.type === 'Literal' && typeof source.value === 'string') found.push(source.value)
  }
  new Visitor({
    ImportExpression: ({ source }) => note(source),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && /require/.test(callee.name)) note(first)
    },
  }).visit(program)
  return found
}

describe('the package that others install', () => {
  test('has one module in both forms, its declarations, the functions, README and licence, and nothing else', () => {
    const kinds = packed.files.filter(
      file => !/^out\/([\w-]+\.d\.c?ts|functions\/[a-z-]+\/[\w-]+\.(m?js|json|css|html))$/.test(file),
    )
    expect(kinds.toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'out/THIRD-PARTY-LICENSES.txt',
      'out/index.cjs',
      'out/index.js',
      'package.json',
    ])
    expect(packed.files).toEqual(
      expect.arrayContaining(['out/index.d.ts', 'out/index.d.cts', 'out/functions/edge/index.mjs']),
    )
    expect(packed.files.some(file => file.includes('test'))).toBe(false)
  })

  test('imports its peers and Node.js, and nothing else', () => {
    const { peerDependencies = {}, ...manifest } = manifestOf(packed.installed)
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs'])
    expect(Object.keys(manifest).filter(name => name.toLowerCase().endsWith('dependencies'))).toEqual([])
    const allowed = (specifier: string) =>
      specifier.startsWith('./') ||
      builtinModules.includes(specifier.replace(/^node:/, '')) ||
      Object.keys(peerDependencies).includes(specifier.split('/')[0] ?? '')
    const isGate = (file: string) => /^out\/functions\/gate(-for-pages)?\/index\.js$/.test(file)
    for (const file of packed.files.filter(name => /\.([cm]?js|d\.c?ts)$/.test(name))) {
      const found = importsOf(file, readFileSync(join(packed.installed, file), 'utf8'))
      expect(
        // The runtime of CloudFront Functions has this module.
        found.filter(specifier => !allowed(specifier) && !(isGate(file) && specifier === 'cloudfront')),
        file,
      ).toEqual([])
    }
  })

  test('would not hide an import of another package', () => {
    const text = `import a from 'a'\nexport * from 'b'\nawait import('c')\nconst d = require('d')`
    expect(importsOf('x.mjs', text)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('has no script that runs when it is installed', () => {
    const { scripts = {} } = manifestOf(packed.installed)
    expect(Object.keys(scripts).filter(name => /install|prepare/.test(name))).toEqual([])
  })

  test('has the version and the licence of its repository', () => {
    expect(manifestOf(packed.installed)['version']).toBe(manifestOf(root)['version'])
    const licence = (folder: string) => readFileSync(join(folder, 'LICENSE'), 'utf8')
    expect(licence(packed.installed)).toBe(licence(root))
  })

  test('has the licences of the packages whose code it contains', () => {
    const licences = readFileSync(join(packed.installed, 'out/THIRD-PARTY-LICENSES.txt'), 'utf8')
    expect(licences).toMatch(/^valibot .* \(MIT\)$/m)
    expect(licences).toMatch(/^@aws-sdk\/client-s3 .* \(Apache-2\.0\)$/m)
    expect(licences).toContain('Permission is hereby granted, free of charge')
  })

  test('makes public what the report says, which `npm run construct` writes', () => {
    expect(packed.report).toBe(readFileSync(join(root, 'infra/api-report.md'), 'utf8'))
  })
})

const use = `
const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1' } })
const once = new OnceAtEdge(stack, 'Links')
once.createDistribution()
`

describe.each<Age>(['newest', 'oldest'])('with the %s Node.js and CDK that it allows', age => {
  test.skipIf(age === 'oldest' && missingOldest !== undefined)(
    'is loaded by import and by require, as one module',
    () => {
      const { folder, node } = packed.consumer(age)
      const required = `process.getBuiltinModule('module').createRequire(process.cwd() + '/')('once-at-edge-cdk')`
      const print = `console.log(Object.keys(all).toSorted().join(), ${required}.OnceAtEdge === OnceAtEdge, stack.stackName)`
      writeFileSync(
        join(folder, 'import.mjs'),
        `import { App, Stack } from 'aws-cdk-lib'\nimport * as all from 'once-at-edge-cdk'\nconst { OnceAtEdge } = all\n${use}${print}`,
      )
      writeFileSync(
        join(folder, 'require.cjs'),
        `const { App, Stack } = require('aws-cdk-lib')\nconst all = require('once-at-edge-cdk')\nconst { OnceAtEdge } = all\n${use}${print}`,
      )
      for (const file of ['import.mjs', 'require.cjs']) {
        expect(node('--no-warnings', file), file).toBe('OnceAtEdge,OnceAtEdgeError true Stack\n')
      }
    },
  )
})

describe('its declarations', () => {
  const compile = (file: string) => {
    const options = ['--skipLibCheck', '--exactOptionalPropertyTypes', '--noPropertyAccessFromIndexSignature']
    return compilerErrors(packed.consumer('newest').folder, file, [...withNode, ...options])
  }

  test('are accepted by a strict compiler, in an ES module and in CommonJS', () => {
    const { folder } = packed.consumer('newest')
    const wrong = `// @ts-expect-error there is no such prop\nnew OnceAtEdge(stack, 'Wrong', { bucket: 'text' })\n`
    writeFileSync(
      join(folder, 'use.mts'),
      `import { App, Stack } from 'aws-cdk-lib'\nimport { OnceAtEdge } from 'once-at-edge-cdk'\n${use}${wrong}`,
    )
    writeFileSync(
      join(folder, 'use.cts'),
      `import { App, Stack } from 'aws-cdk-lib'\nimport { OnceAtEdge } from 'once-at-edge-cdk'\n${use}${wrong}`,
    )
    expect(compile('use.mts')).toBe('')
    expect(compile('use.cts')).toBe('')
  })
})

/** What each example shows, as its template has it. */
const shown: Readonly<Record<string, (resources: readonly ExampleResource[]) => unknown>> = {
  'static-site': resources =>
    resources.flatMap(({ Properties: { DistributionConfig: config } }) => {
      const { CacheBehaviors: all = [] } = (config ?? {}) as { CacheBehaviors?: { PathPattern: string }[] }
      return all.map(({ PathPattern }) => PathPattern)
    }),
  'existing-bucket': resources =>
    resources.flatMap(({ Properties: { Environment: environment } }) => {
      const { Variables: variables } = (environment ?? {}) as { Variables?: { ISSUERS?: unknown } }
      return variables?.ISSUERS === undefined ? [] : [/\\"reports\/\\"/.test(JSON.stringify(variables.ISSUERS))]
    }),
  'own-page': resources =>
    resources.flatMap(({ Properties: { ResponseHeadersPolicyConfig: config } }) => {
      const { CorsConfig: cors } = (config ?? {}) as { CorsConfig?: { AccessControlAllowOrigins: { Items: string[] } } }
      return cors?.AccessControlAllowOrigins.Items ?? []
    }),
  cognito: resources =>
    resources.flatMap(({ Type, Properties: { Name: name } }) => (Type === 'AWS::ApiGateway::RestApi' ? [name] : [])),
  europe: resources =>
    resources.flatMap(({ Properties: { Replicas: replicas } }) => {
      const all = (replicas ?? []) as { Region: string }[]
      return all.map(({ Region }) => Region).toSorted()
    }),
  'private-network': resources =>
    resources.flatMap(({ Properties: { EndpointConfiguration: config } }) => {
      const { Types: types = [] } = (config ?? {}) as { Types?: string[] }
      return types
    }),
}
const expected = {
  'static-site': ['/d/*', '/downloads/*'],
  'existing-bucket': [true, true],
  'own-page': ['https://portal.example.com', 'https://portal.example.com'],
  cognito: ['once', 'once-tokens'],
  europe: ['eu-central-1', 'eu-west-1', 'eu-central-1'],
  'private-network': ['PRIVATE'],
}

describe.each<Age>(['newest', 'oldest'])('the examples with the %s Node.js and CDK', age => {
  test.skipIf(age === 'oldest' && missingOldest !== undefined)('synthesise, and show what their names say', () => {
    const made: ExampleResources = synthesiseExamples(packed.consumer(age))
    const found = Object.entries(shown).map(([name, look]) => [name, look(made[name] ?? [])])
    expect(Object.fromEntries(found)).toEqual(expected)
    expect(examples).toEqual(Object.keys(expected).toSorted())
  })
})

test('the examples ask for the versions that the package allows', () => {
  const { version, peerDependencies } = JSON.parse(readFileSync(join(root, 'infra/package.json'), 'utf8')) as {
    version: string
    peerDependencies: Record<string, string>
  }
  const { 'hls.js': player = '' } = manifestOf(root)['devDependencies'] ?? {}
  for (const name of examples) {
    const { dependencies } = manifestOf(join(root, 'examples', name))
    const ofPages = name === 'own-page' && { 'hls.js': `^${player}` } // that of the test in a browser
    expect(dependencies, name).toEqual({ ...peerDependencies, 'once-at-edge-cdk': `^${version}`, ...ofPages })
  }
})

const missing = missingPython ?? (spawnSync('curl', ['--version']).status === 0 ? undefined : 'there is no curl')
if (missing !== undefined) console.warn(`\nSKIPPED: the README of the construct on MiniStack, because ${missing}\n`)

const file = 'what the report says'
const shortWaits = join(import.meta.dirname, '../../support/ministack/short-waits.ts')

describe.skipIf(missing !== undefined)('a newcomer with the README of the package', () => {
  let ministack: MiniStack
  let front: Front
  const folder = mkdtempSync(join(tmpdir(), 'once-newcomer-'))
  beforeAll(async () => {
    ministack = await startMiniStack()
    const { endpoint, clock } = ministack
    front = await startFront({ endpoint, account, now: clock.now })
    const s3 = new S3Client({
      endpoint,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
    })
    await s3.send(new CreateBucketCommand({ Bucket: 'my-files' }))
    await s3.send(new PutObjectCommand({ Bucket: 'my-files', Key: 'report.pdf', Body: file }))
  }, 120_000)
  afterAll(async () => {
    await front?.close()
    await ministack?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('comes from an empty folder to a link that works once, to a file in a bucket that was there before', async () => {
    onTestFailed(() => console.error(`MiniStack's log: ${keepLog(ministack, 'newcomer')}`))
    const steps = stepsIn('infra/README.md', 'From an empty app to the first link')
    expect(steps.map(({ kind, name }) => (kind === 'file' ? name : kind))).toEqual([
      'commands',
      'app.ts',
      'cdk.json',
      'commands',
      'commands',
      'commands',
    ])
    const place = { folder, tarball: packed.tarball, endpoint: ministack.endpoint, front: front.origin }
    const { printed, seconds } = await follow(steps, {
      ...place,
      env: { ...ministack.env, NODE_OPTIONS: `--import ${shortWaits}` },
    })
    expect(printed).toMatch(/^200\n403$/m)
    expect(readFileSync(join(folder, 'downloads/report.pdf'), 'utf8')).toBe(file)
    process.stdout.write(`seconds of the README's steps: ${seconds.map(each => each.toFixed(1)).join(', ')}\n`)
  }, 300_000)
})

tryInCompany(() => packed)
