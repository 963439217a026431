import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from '../../../emulator/certificate.ts'
import { localSecret } from '../../../emulator/local-secret.ts'
import { parseKeys } from '../../../shared/secrets/keys.ts'
import { startChild } from '../child.ts'
import { bundleBaseline, bundleEmpty, bundleShipped, type Contender } from '../contenders.ts'
import { Samples } from '../measurement.ts'
import { installedRuntimeClient } from '../runtime-api.ts'
import { startStore } from '../store/store.ts'
import { environmentOf, temporaryFolder } from '../workbench.ts'
import type { ProxyAnswer, ProxyQuestion } from './delay-proxy.ts'
import { type FirstResponse, inits, roundTrip, sampleName, type Start } from './tables.ts'
import { type EnvironmentTools, firstResponse } from './environment.ts'
import { usableQuotaRoot } from './quota.ts'

/**
 * Starts all contenders in turn at the edge's real size: new processes of AWS's runtime client in a quota of 0.072 of a
 * CPU, one at a time, 20 ms from their store. Rejects with what is missing for a run.
 */
export async function measureEdge(rounds: number, say: (line: string) => void): Promise<Samples> {
  const root = usableQuotaRoot()
  if (root.kind === 'missing') throw new Error(root.missing)
  const client = installedRuntimeClient()
  if (client.kind === 'missing') throw new Error(client.missing)
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
  return samples
}

/** Name of the store: with a name to resolve, as an endpoint of AWS has. Every system resolves this one to loopback. */
const hostName = 'localhost'

/** Bundles the contenders and starts their store behind TLS, as in the rest of the bench. A proxy adds the distance. */
async function prepare(
  closing: AsyncDisposableStack,
): Promise<Pick<EnvironmentTools, 'env' | 'mac'> & { readonly contenders: readonly Contender[] }> {
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
async function measureStart(start: Start, tools: EnvironmentTools, samples: Samples): Promise<void> {
  for (const [what, value] of Object.entries(await firstResponse(start, tools))) {
    samples.add(sampleName(start.contender.name, start.init, what as keyof FirstResponse), value)
  }
}

/** openssl's configuration: extensions by certificate. */
const configuration = (name: string) => `[req]
distinguished_name = none
[none]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:${name}
`

/**
 * Makes a chain as AWS's endpoints have it, in `folder`, valid for two days: a root to trust, an intermediate, and a leaf
 * for `name`, all RSA-2048. The server sends leaf and intermediate. Throws if openssl 3 is not on the PATH.
 */
function makeCertificateChain(folder: string, name: string): Certificate {
  const file = (what: string) => join(folder, `chain-${what}`)
  writeFileSync(file('openssl.cnf'), configuration(name))
  function make(what: string, issuer?: string): void {
    const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -sha256 -subj /CN=${what} -extensions ${what}`
    const files = ['-config', file('openssl.cnf'), '-keyout', file(`${what}.key`), '-out', file(`${what}.pem`)]
    const signer = issuer === undefined ? [] : ['-CA', file(`${issuer}.pem`), '-CAkey', file(`${issuer}.key`)]
    execFileSync('openssl', [...request.split(' '), ...files, ...signer], { stdio: 'ignore', timeout: 30_000 })
  }
  make('root')
  make('intermediate', 'root')
  make('leaf', 'intermediate')
  const leaf = readFileSync(file('leaf.pem'), 'utf8')
  const intermediate = readFileSync(file('intermediate.pem'), 'utf8')
  const privateKey = readFileSync(file('leaf.key'), 'utf8')
  return { privateKey, certificate: leaf + intermediate, certificateFile: file('root.pem') }
}
