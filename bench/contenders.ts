import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { type Bundle, bundleFunction, bundleModule, writeBundle } from '../infra/bundle.ts'
import { parseDeployment } from '../shared/deployment.ts'
import { itemOfLink, type LinkItem } from '../shared/link-item.ts'
import { host } from './event.ts'
import type { Minted } from './nonces.ts'
import { region } from './store.ts'

/** One of the two compared edges: a bundle in its own folder, as Lambda would unpack it. */
export interface Contender {
  readonly name: 'shipped' | 'baseline'
  readonly code: string
  readonly folder: string
  /** Absolute path of the module in that folder. */
  readonly file: string
  readonly table: string
  /** Returns the item in which it finds a link. */
  itemOf(minted: Minted): LinkItem
}

const root = join(import.meta.dirname, '..')

/** Makes an RSA-2048 key, the first kind in CloudFront's documentation, in PEM as its signer requires. */
export function makeRsaPem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
}

/** Entry points of the edge: as Lambda loads it, and without what it prepares before the first request. */
type EdgeEntry = 'edge/main.ts' | 'edge/function-main.ts'

/** Bundles the edge as it ships, with a deployment whose links are in `table`. */
export async function bundleShipped(
  folder: string,
  table: string,
  entry: EdgeEntry = 'edge/main.ts',
): Promise<Contender> {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region],
    linkOrigin: `https://${host}`,
    linksTable: table,
    apiStateTable: 'api-state',
    secretName: 'keys',
  })
  const bundle = await bundleFunction(join(root, entry), deployment)
  const { code } = bundle
  return { name: 'shipped', code, table, ...(await unpack(bundle, folder)), itemOf: ({ link }) => itemOfLink(link) }
}

/** Bundles the baseline with the same options. Its links are in `table`, with the nonce itself as key. */
export async function bundleBaseline(folder: string, table: string): Promise<Contender> {
  const configuration = { region, table, keyPairId: 'KBASELINE', privateKey: makeRsaPem() }
  const define = { BASELINE: JSON.stringify(configuration) }
  const bundle = await bundleModule(join(import.meta.dirname, 'baseline/main.ts'), define)
  const { code } = bundle
  const itemOf = ({ nonce, link }: Minted) => ({ ...itemOfLink(link), id: { S: nonce } })
  return { name: 'baseline', code, table, ...(await unpack(bundle, folder)), itemOf }
}

/** Bundles `NAME.ts`, which runs in a measured process, as JavaScript: Node's TypeScript support would use its memory. */
export async function bundleTool(name: 'subject' | 'memory-subject', folder: string): Promise<string> {
  const bundle = await bundleModule(join(import.meta.dirname, `${name}.ts`), {})
  return (await unpack(bundle, join(folder, name))).file
}

async function unpack(bundle: Bundle, folder: string): Promise<{ folder: string; file: string }> {
  return { folder, file: await writeBundle(bundle, folder) }
}
