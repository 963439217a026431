import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localSecret } from '../../../emulator/local-secret.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { startChild } from '../child.ts'
import { bundleBaseline, bundleEmpty, bundleShipped, type Contender } from '../contenders.ts'
import { browserEvent } from '../event.ts'
import { mintNonces } from '../nonces.ts'
import { startStore } from '../store/store.ts'
import { environmentOf } from '../workbench.ts'
import { makeCertificateChain } from './certificates.ts'
import type { ProxyAnswer, ProxyQuestion } from './delay-proxy.ts'
import { type Environment, startEnvironment } from './environment.ts'
import type { UsableQuotaRoot } from './quota.ts'
import { roundTrip, type Start } from './experiment.ts'

/** Name of the store: with a name to resolve, as an endpoint of AWS has. Every system resolves this one to loopback. */
const hostName = 'localhost'

/** Contenders, and their store at a distance. */
export interface EdgeBench {
  /** In the order of `contenderNames`. */
  readonly contenders: readonly Contender[]
  /** Starts an environment, which ends with this process if not before. */
  start(start: Start): Promise<Environment>
  /** Makes the event of a viewer who opens a link. */
  event(): object
  close(): Promise<void>
}

/** Bundles the contenders and starts their store behind TLS, as in the rest of the bench. A proxy adds the distance. */
export async function openEdgeBench(root: UsableQuotaRoot, client: string): Promise<EdgeBench> {
  await using starting = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'edge-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const contenders = [
    await bundleShipped(join(folder, 'shipped')),
    await bundleBaseline(join(folder, 'baseline')),
    await bundleEmpty(join(folder, 'empty')),
  ]
  const secret = localSecret().text
  const { mac } = parseKeys(secret)
  const chain = makeCertificateChain(folder, hostName)
  const store = starting.adopt(await startStore(chain, secret), each => each.close())
  const file = join(import.meta.dirname, 'delay-proxy.ts')
  const proxy = starting.adopt(await startChild<ProxyQuestion, ProxyAnswer>(file, { env: {} }), each => each.close())
  const port = Number(new URL(store.endpoint).port)
  const [proxyPort] = (await proxy.ask({ host: hostName, port, roundTrips: [roundTrip] })) as readonly number[]
  const endpoint = `https://${hostName}:${proxyPort}`
  const env = environmentOf({ endpoint, certificateFile: chain.certificateFile }, folder)
  const started = starting.move()
  return {
    contenders,
    start: start => startEnvironment(start, { client, root, env }),
    event: () => browserEvent(mintNonces(1, mac)[0] ?? ''),
    close: () => started.disposeAsync(),
  }
}
