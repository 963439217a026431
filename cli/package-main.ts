import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundlePage, pageTexts, textsFile } from '../console/page-files.ts'
import { licencesOf } from '../infra/code/licences.ts'

// `npm run cli`: makes cli/out, which `npm pack ./cli` packs: `once` with the commands on links, which needs no other package, the
// console's page, and the licences of what is bundled. The SDK is in files of its own, which are loaded when a command calls AWS.

const root = join(import.meta.dirname, '..')
const out = join(root, 'cli/out')

rmSync(out, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { once: join(root, 'cli/links-main.ts') },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  charset: 'utf8',
  minifySyntax: true,
  minifyWhitespace: true,
  mainFields: ['module', 'main'],
  // Packages that are CommonJS require modules of Node.js.
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  // Its one use bundles the console's page, which is bundled here.
  external: ['esbuild'],
  logLevel: 'warning',
  metafile: true,
})
const page = join(out, 'page')
mkdirSync(page)
for (const name of ['page.html', 'page.css', 'workshop.css']) cpSync(join(root, 'console/page', name), join(page, name))
const script = await bundlePage()
writeFileSync(join(page, 'page.js'), script.code)
writeFileSync(join(page, textsFile), JSON.stringify(await pageTexts()))
const inputs = [metafile, script.metafile].flatMap(each => Object.keys(each.inputs))
writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licencesOf(inputs, root))
// npm packs the LICENSE beside package.json, and its registry shows that one.
cpSync(join(root, 'LICENSE'), join(root, 'cli/LICENSE'))
