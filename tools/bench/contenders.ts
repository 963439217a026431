import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { type Bundle, bundleFunction, bundleModule, writeBundle } from '../../infra/code/bundle.ts'
import { parseDeployment } from '../../shared/settings/deployment.ts'
import { host } from './event.ts'
import { region } from './nonces.ts'

/** One of the compared edges: a bundle in its own folder, as Lambda would unpack it, with the function `handler`. */
export interface Contender {
  readonly name: 'shipped' | 'baseline' | 'empty'
  readonly code: string
  readonly folder: string
  /** Absolute path of the module in that folder. */
  readonly file: string
}

const root = join(import.meta.dirname, '../..')

/**
 * Bundles the edge as it ships. `edge/function-main.ts` is the edge without what it prepares before its first request.
 */
export async function bundleShipped(
  folder: string,
  entry: 'edge/main.ts' | 'edge/function-main.ts' = 'edge/main.ts',
): Promise<Contender> {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region],
    linkOrigin: `https://${host}`,
    linksTable: 'links',
    apiStateTable: 'api-state',
    secretName: 'keys',
    gate: false,
  })
  return unpack('shipped', await bundleFunction(join(root, entry), deployment), folder)
}

/** Bundles the baseline with the same options, and a key of the first kind in CloudFront's documentation. */
export async function bundleBaseline(folder: string): Promise<Contender> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  const configuration = { region, table: 'links', keyPairId: 'KBASELINE', privateKey: pem }
  const define = { BASELINE: JSON.stringify(configuration) }
  return unpack('baseline', await bundleModule(join(import.meta.dirname, 'baseline/main.ts'), define), folder)
}

/** Bundles the function that does nothing. */
export async function bundleEmpty(folder: string): Promise<Contender> {
  return unpack('empty', await bundleModule(join(import.meta.dirname, 'edge/empty.ts'), {}), folder)
}

/** Bundles `subject.ts`, which runs in a measured process, as JavaScript: Node's TypeScript support would use its memory. */
export async function bundleSubject(folder: string): Promise<string> {
  return writeBundle(await bundleModule(join(import.meta.dirname, 'subject.ts'), {}), join(folder, 'subject'))
}

async function unpack(name: Contender['name'], bundle: Bundle, folder: string): Promise<Contender> {
  return { name, code: bundle.code, folder, file: await writeBundle(bundle, folder) }
}
