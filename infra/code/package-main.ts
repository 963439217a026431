import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundlePage } from '../../console/page-files.ts'
import { bundleCode } from './bundle.ts'
import { declarationsOf } from './declarations.ts'
import { functionEntries } from './function-entries.ts'
import { licencesOf } from './licences.ts'

// The second half of `npm run construct`, after build-main.ts: makes infra/out, which `npm pack ./infra` packs: one module
// that imports the CDK and Node.js only, its declarations, which need no other package either, the functions, and the licences of what
// these bundles contain. The module is CommonJS, as the CDK is: Jest and `module: commonjs` load nothing else. The ES module passes it
// on, so that an app which loads both has one class, one type and one list of names.

const root = join(import.meta.dirname, '../..')
const out = join(root, 'infra/out')

/** What the user of the construct has anyway: the peer dependencies. */
const peers = ['aws-cdk-lib', 'constructs']

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const inputs = await bundle()
const folder = join(root, 'out/construct-declarations')
writeFileSync(join(out, 'index.d.cts'), declarationsOf({ name: 'infra', folder, entry: 'infra/index.d.ts', peers }))
writeFileSync(join(out, 'index.d.ts'), "export * from './index.cjs'\n")
const values = Object.keys(createRequire(import.meta.url)(join(out, 'index.cjs')) as object)
writeFileSync(join(out, 'index.js'), `export { ${values.join(', ')} } from './index.cjs'\n`)
cpSync(join(root, 'infra/code/functions'), join(out, 'functions'), { recursive: true })
writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licencesOf([...inputs, ...(await functionInputs())], root))

/** Returns the files in the module. It isn't minified: its lines are in the stack traces of an app. */
async function bundle(): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'infra/index.ts')],
    outfile: join(out, 'index.cjs'),
    bundle: true,
    format: 'cjs',
    define: { 'import.meta.dirname': '__dirname' },
    platform: 'node',
    target: 'node22',
    charset: 'utf8',
    external: peers.flatMap(name => [name, `${name}/*`]),
    logLevel: 'warning',
    metafile: true,
  })
  return Object.keys(metafile.inputs)
}

/** Returns the files in the functions and in the page for senders: build-main.ts bundles the same. */
async function functionInputs(): Promise<readonly string[]> {
  const bundles = await Promise.all([
    bundlePage(),
    ...Object.values(functionEntries).map(async entry => bundleCode(entry)),
  ])
  return bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
}
