import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localSecret } from '../../emulator/local-secret.ts'
import { parseKeys } from '../../shared/keys.ts'
import { startChild } from '../child.ts'
import { mintLinks } from '../nonces.ts'
import { localKms } from '../store/kms.ts'
import { startStore } from '../store/store.ts'
import { environmentOf } from '../workbench.ts'
import { makeCertificateChain } from './certificates.ts'
import { bundleEdgeContenders } from './contenders/contenders.ts'
import type { ProxyAnswer, ProxyQuestion } from './delay-proxy.ts'
import { type Environment, startEnvironment } from './environment.ts'
import type { UsableQuotaRoot } from './quota.ts'
import { type EdgeContender, type RoundTrip, roundTrips, type Start } from './experiment.ts'

/** Name of the store: with a name to resolve, as an endpoint of AWS has. Every system resolves this one to loopback. */
const hostName = 'localhost'

/** Contenders, their store and the distances to it. */
export interface EdgeBench {
  readonly contenders: readonly EdgeContender[]
  /** Starts an environment, which ends with this process if not before. */
  start(start: Start): Promise<Environment>
  /** Issues `count` links to that contender, and returns the events of viewers who open them. */
  eventsFor(contender: EdgeContender, count: number): Promise<readonly object[]>
  /** Closes all connections at the store. */
  hangUp(): Promise<void>
  close(): Promise<void>
}

/**
 * Bundles the contenders and starts their store, Amazon DynamoDB Local behind TLS as in the rest of the bench, because it
 * evaluates each contender's own condition; its 1 to 2 ms are the same for all. A proxy adds the distances.
 */
export async function openEdgeBench(root: UsableQuotaRoot, client: string): Promise<EdgeBench> {
  await using starting = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'edge-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const contenders = await bundleEdgeContenders(folder)
  const secret = localSecret().text
  const chain = makeCertificateChain(folder, hostName)
  const tables = contenders.map(({ table }) => table)
  const store = starting.adopt(await startStore(tables, chain, localKms(secret)), each => each.close())
  const file = join(import.meta.dirname, 'delay-proxy.ts')
  const proxy = starting.adopt(await startChild<ProxyQuestion, ProxyAnswer>(file, { env: {} }), each => each.close())
  const port = Number(new URL(store.endpoint).port)
  const ports = (await proxy.ask({ host: hostName, port, roundTrips })) as readonly number[]
  const { mac } = parseKeys(secret)
  function envAt(roundTrip: RoundTrip) {
    const endpoint = `https://${hostName}:${ports[roundTrips.indexOf(roundTrip)]}`
    return environmentOf({ endpoint, certificateFile: chain.certificateFile }, folder)
  }
  const started = starting.move()
  return {
    contenders,
    start: start => startEnvironment(start, { client, root, env: envAt(start.roundTrip) }),
    async eventsFor({ table, itemOf, eventOf }, count) {
      const minted = mintLinks(count, mac)
      await store.fill(
        table,
        minted.map(itemOf).filter(item => item !== undefined),
      )
      return minted.map(({ nonce }) => eventOf(nonce))
    },
    hangUp: store.hangUp,
    close: () => started.disposeAsync(),
  }
}
