import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { type Bundle, bundleFunction, bundleModule, writeBundle } from '../infra/bundle.ts'
import { parseDeployment } from '../shared/deployment.ts'
import { itemOfLink, type LinkItem } from '../shared/link-item.ts'
import { host } from './event.ts'
import type { Minted } from './nonces.ts'
import { region } from './store.ts'

/** One of the two that are compared: a bundle in a folder of its own, as Lambda would unpack it. */
export interface Contender {
  readonly name: 'shipped' | 'baseline'
  readonly code: string
  readonly folder: string
  /** The module in that folder, as an absolute path. */
  readonly file: string
  readonly table: string
  /** The item under which it looks for a link. */
  itemOf(minted: Minted): LinkItem
}

const root = join(import.meta.dirname, '..')

/** RSA-2048, the key that CloudFront's documentation begins with, in PEM as its signer takes it. */
export function makeRsaPem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
}

/** The edge as it ships, bundled with a deployment whose links are in `table`. */
export async function bundleShipped(folder: string, table: string): Promise<Contender> {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region],
    linkOrigin: `https://${host}`,
    linksTable: table,
    apiStateTable: 'answers',
    secretName: 'keys',
  })
  const bundle = await bundleFunction(join(root, 'edge/main.ts'), deployment)
  const { code } = bundle
  return { name: 'shipped', code, table, ...(await unpack(bundle, folder)), itemOf: ({ link }) => itemOfLink(link) }
}

/** The baseline, bundled with the same options; its links are kept in `table`, by the nonce itself. */
export async function bundleBaseline(folder: string, table: string): Promise<Contender> {
  const configuration = { region, table, keyPairId: 'KBASELINE', privateKey: makeRsaPem() }
  const define = { BASELINE: JSON.stringify(configuration) }
  const bundle = await bundleModule(join(import.meta.dirname, 'baseline/main.ts'), define)
  const { code } = bundle
  const itemOf = ({ nonce, link }: Minted) => ({ ...itemOfLink(link), id: { S: nonce } })
  return { name: 'baseline', code, table, ...(await unpack(bundle, folder)), itemOf }
}

/** A process that is measured, `NAME.ts` of the bench, as JavaScript: Node's own TypeScript would be in its memory. */
export async function bundleTool(name: 'subject' | 'memory-subject', folder: string): Promise<string> {
  const bundle = await bundleModule(join(import.meta.dirname, `${name}.ts`), {})
  return (await unpack(bundle, join(folder, name))).file
}

async function unpack(bundle: Bundle, folder: string): Promise<{ folder: string; file: string }> {
  return { folder, file: await writeBundle(bundle, folder) }
}
