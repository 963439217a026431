import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { type Bundle, bundleFunction, bundleModule, writeBundle } from '../construct/bundle.ts'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'
import { itemOfLink, type LinkItem } from '../shared/link-item.ts'
import { host } from './event.ts'
import type { Minted } from './nonces.ts'
import { region } from './store/store.ts'

/** One of the two compared edges: a bundle in its own folder, as Lambda would unpack it. */
export interface Contender {
  readonly name: 'shipped' | 'baseline'
  readonly code: string
  readonly folder: string
  /** Absolute path of the module in that folder. */
  readonly file: string
  /** Name of the exported function. @default handler */
  readonly handler?: string
  /** Variables of the function besides Lambda's own. @default none, as at an edge */
  readonly env?: Readonly<Record<string, string>>
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

/** Table of the API's quotas and idempotency records. */
export const apiStateTable = 'api-state'

/** A function that ships, and settings of its deployment that differ. */
interface ShippedFunction extends Partial<Pick<Deployment, 'secretName' | 'signer' | 'callerQuota'>> {
  /** `edge/function-main.ts` is the edge without what it prepares before its first request. @default edge/main.ts */
  readonly entry?: 'edge/main.ts' | 'edge/function-main.ts' | 'api/main.ts' | 'api/exchange-main.ts'
  readonly env?: Readonly<Record<string, string>>
}

/** Bundles the edge, or another function, as it ships, with a deployment whose links are in `table`. */
export async function bundleShipped(
  folder: string,
  table: string,
  { entry = 'edge/main.ts', env = {}, ...settings }: ShippedFunction = {},
): Promise<Contender> {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region],
    linkOrigin: `https://${host}`,
    linksTable: table,
    apiStateTable,
    secretName: 'keys',
    ...settings,
  })
  const bundle = await bundleFunction(join(root, entry), deployment)
  const { code } = bundle
  const unpacked = await unpack(bundle, folder)
  const itemOf = ({ link }: Minted) => itemOfLink(link)
  return { name: 'shipped', code, table, env, ...unpacked, itemOf }
}

/**
 * Bundles the baseline, or another module in its folder, with the same options. Its links are in `table`, with the nonce
 * itself as key. `settings` add to its configuration.
 */
export async function bundleBaseline(
  folder: string,
  table: string,
  { entry = 'main.ts', ...settings }: { readonly entry?: string; readonly [setting: string]: string } = {},
): Promise<Contender> {
  const configuration = { region, table, keyPairId: 'KBASELINE', privateKey: makeRsaPem(), ...settings }
  const define = { BASELINE: JSON.stringify(configuration) }
  const bundle = await bundleModule(join(import.meta.dirname, 'baseline', entry), define)
  const { code } = bundle
  const itemOf = ({ nonce, link }: Minted) => ({ ...itemOfLink(link), id: { S: nonce } })
  return { name: 'baseline', code, table, ...(await unpack(bundle, folder)), itemOf }
}

/** Bundles `NAME.ts`, which runs in a measured process, as JavaScript: Node's TypeScript support would use its memory. */
export async function bundleTool(
  name: 'subject' | 'core/memory-subject' | 'core/issuing/subject',
  folder: string,
): Promise<string> {
  const bundle = await bundleModule(join(import.meta.dirname, `${name}.ts`), {})
  return (await unpack(bundle, join(folder, name))).file
}

async function unpack(bundle: Bundle, folder: string): Promise<{ folder: string; file: string }> {
  return { folder, file: await writeBundle(bundle, folder) }
}
