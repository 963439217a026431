import { join } from 'node:path'
import { localSecret } from '../../../emulator/local-secret.ts'
import { parseKeys } from '../../../shared/keys.ts'
import type { MacKeys } from '../../../shared/nonce.ts'
import { startChild } from '../child.ts'
import { bundleBaseline, bundleEmpty, bundleShipped, type Contender } from '../contenders.ts'
import { browserEvent } from '../event.ts'
import { Samples } from '../measurement.ts'
import { mintNonces } from '../nonces.ts'
import { installedRuntimeClient } from '../runtime-api.ts'
import { startStore } from '../store/store.ts'
import { environmentOf, temporaryFolder } from '../workbench.ts'
import { makeCertificateChain } from './certificates.ts'
import type { ProxyAnswer, ProxyQuestion } from './delay-proxy.ts'
import { type EnvironmentTools, startEnvironment } from './environment.ts'
import { type FirstResponse, inits, roundTrip, sampleName, type Start } from './experiment.ts'
import { usableQuotaRoot } from './quota.ts'

/** The samples of a run, or what is missing for one. */
export type EdgeRun =
  | { readonly kind: 'measured'; readonly samples: Samples }
  | { readonly kind: 'missing'; readonly missing: string }

/**
 * Starts all contenders in turn at the edge's real size: new processes of AWS's runtime client in a quota of 0.072 of a
 * CPU, one at a time, 20 ms from their store.
 */
export async function measureEdge(rounds: number, say: (line: string) => void): Promise<EdgeRun> {
  const root = usableQuotaRoot()
  if (root.kind === 'missing') return root
  const client = installedRuntimeClient()
  if (client.kind === 'missing') return client
  await using closing = new AsyncDisposableStack()
  const { contenders, env, mac } = await prepare(closing)
  const bench = { client: client.file, root, env, mac }
  const samples = new Samples()
  for (const contender of contenders) await measureStart({ contender, init: 'burst' }, bench, new Samples())
  for (let round = 0; round < rounds; round += 1) {
    for (const init of inits) {
      for (const contender of rotated(contenders, round)) await measureStart({ contender, init }, bench, samples)
    }
    say(`  round ${round + 1} of ${rounds}`)
  }
  return { kind: 'measured', samples }
}

/** Name of the store: with a name to resolve, as an endpoint of AWS has. Every system resolves this one to loopback. */
const hostName = 'localhost'

/** What all starts share, and the keys of the links that they open. */
type Bench = EnvironmentTools & { readonly mac: MacKeys }

/** Bundles the contenders and starts their store behind TLS, as in the rest of the bench. A proxy adds the distance. */
async function prepare(
  closing: AsyncDisposableStack,
): Promise<Pick<Bench, 'env' | 'mac'> & { readonly contenders: readonly Contender[] }> {
  const folder = temporaryFolder('edge-bench-')
  const contenders = [
    await bundleShipped(join(folder, 'shipped')),
    await bundleBaseline(join(folder, 'baseline')),
    await bundleEmpty(join(folder, 'empty')),
  ]
  const secret = localSecret().text
  const chain = makeCertificateChain(folder, hostName)
  const store = closing.adopt(await startStore(chain, secret), each => each.close())
  const file = join(import.meta.dirname, 'delay-proxy.ts')
  const proxy = closing.adopt(await startChild<ProxyQuestion, ProxyAnswer>(file, { env: {} }), each => each.close())
  const proxyPort = await proxy.ask({ host: hostName, port: Number(new URL(store.endpoint).port), roundTrip })
  const endpoint = `https://${hostName}:${proxyPort}`
  const env = environmentOf({ endpoint, certificateFile: chain.certificateFile }, folder)
  return { contenders, env, mac: parseKeys(secret).mac }
}

/** Returns all `items` in order, from another one each round, so that none always comes first. */
function rotated<T>(items: readonly T[], round: number): readonly T[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

/** Starts an environment once, and adds what its first response takes to `samples`. */
async function measureStart(start: Start, { mac, ...tools }: Bench, samples: Samples): Promise<void> {
  const environment = await startEnvironment(start, tools)
  try {
    const event = browserEvent(mintNonces(1, mac)[0] ?? '')
    for (const [what, value] of Object.entries(await environment.first(event))) {
      samples.add(sampleName(start.contender.name, start.init, what as keyof FirstResponse), value)
    }
  } finally {
    await environment.close()
  }
}
