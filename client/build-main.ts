import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { declarationsOf } from '../openapi/declarations.ts'
import { batchRequest, batchResponse, issuedItem, refusedItem } from '../shared/schemas/batch.ts'
import { exchangeRequest, exchangeResponse } from '../shared/schemas/exchange.ts'
import { issuedLink, issueLink } from '../shared/schemas/issue-link.ts'
import { linkPage, linkView, revokedLink } from '../shared/schemas/link-view.ts'
import { problemDocument } from '../shared/schemas/problem.ts'

// `npm run client`: makes client/out, which `npm pack ./client` packs: one module without dependencies for Node.js and
// browsers, and its declarations, which need no other package either.

const root = join(import.meta.dirname, '..')
const out = join(root, 'client/out')
const declarations = join(root, 'out/client-declarations')

const schemas = [
  issueLink,
  issuedLink,
  linkView,
  linkPage,
  revokedLink,
  problemDocument,
  batchRequest,
  batchResponse,
  issuedItem,
  refusedItem,
  exchangeRequest,
  exchangeResponse,
] as const

rmSync(out, { recursive: true, force: true })
rmSync(declarations, { recursive: true, force: true })
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

const compiler = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'client'], {
  cwd: root,
  encoding: 'utf8',
})
if (compiler.status !== 0) throw new Error(`tsc: ${compiler.stdout}${compiler.stderr}`)
for (const name of readdirSync(join(declarations, 'client'))) {
  const text = readFileSync(join(declarations, 'client', name), 'utf8')
  writeFileSync(join(out, name), text.replaceAll('../shared/schemas/types.ts', './types.js').replace(/\.ts'/g, ".js'"))
}
writeFileSync(join(out, 'types.d.ts'), declarationsOf(schemas))
// npm packs the LICENSE beside package.json, and its registry shows that one.
cpSync(join(root, 'LICENSE'), join(root, 'client/LICENSE'))
