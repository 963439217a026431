import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { declarationsOf } from '../../infra/code/declarations.ts'
import { declarationsOf as typesOf } from '../openapi/declarations.ts'
import { batchRequest, batchResponse, issuedItem, refusedItem } from '../../shared/schemas/batch.ts'
import { exchangeRequest, exchangeResponse } from '../../shared/schemas/exchange.ts'
import { issuedLink, issueLink } from '../../shared/schemas/issue-link.ts'
import { linkPage, linkView, revokedLink } from '../../shared/schemas/link-view.ts'
import { webhooks } from '../../shared/schemas/webhook.ts'
import { problemDocument } from '../../shared/schemas/problem.ts'

// `npm run client`: makes client/out, which `npm pack ./client` packs: one module without dependencies for Node.js and
// browsers, and its declarations, which need no other package either.

const root = join(import.meta.dirname, '../..')
const out = join(root, 'client/out')
const declarations = join(root, 'out/client-declarations')
/** Which test/system/client/package.test.ts compares with client/api-report.md, that `--report` writes. */
const reportFile = join(declarations, 'api-report.md')

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
  ...Object.values(webhooks),
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
// The types of shared/schemas are derived by a package, which the client's users don't have.
const folder = join(declarations, 'client')
writeFileSync(join(folder, 'types.d.ts'), typesOf(schemas))
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8')
  writeFileSync(join(folder, name), text.replaceAll('../shared/schemas/types.ts', './types.ts'))
}
const { rollup, report } = declarationsOf(join(folder, 'client.d.ts'), declarations, { name: 'client', peers: [] })
writeFileSync(join(out, 'client.d.ts'), rollup)
writeFileSync(process.argv.includes('--report') ? join(root, 'client/api-report.md') : reportFile, report)
// npm packs the LICENSE beside package.json, and its registry shows that one.
cpSync(join(root, 'LICENSE'), join(root, 'client/LICENSE'))
