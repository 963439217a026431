import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { declarationsOf } from '../../infra/code/declarations.ts'
import { requestSchemas, responseSchemas } from '../openapi/components.ts'
import { declarationsOf as typesOf } from '../openapi/declarations.ts'

// `npm run client`: makes client/out, which `npm pack ./client` packs: one module without dependencies for Node.js and
// browsers, and its declarations, which need no other package either.

const root = join(import.meta.dirname, '../..')
const out = join(root, 'client/out')
const declarations = join(root, 'out/client-declarations')

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

// ES2022 with AbortSignal.any: Node.js 20.3, Chromium 116, Firefox 124, Safari 17.4 (MDN, "AbortSignal.any()").
await build({
  entryPoints: [join(root, 'client/client.ts')],
  outfile: join(out, 'client.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
})

/** The types of shared/schemas are derived by a package, which the client's users don't have. */
function complete(): void {
  const folder = join(declarations, 'client')
  writeFileSync(join(folder, 'types.d.ts'), typesOf(Object.values({ ...requestSchemas, ...responseSchemas })))
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.replaceAll('../shared/schemas/types.ts', './types.ts'))
  }
}

const rollup = declarationsOf({
  name: 'client',
  folder: declarations,
  entry: 'client/client.d.ts',
  peers: [],
  complete,
})
writeFileSync(join(out, 'client.d.ts'), rollup)
