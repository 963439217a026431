import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Region } from '../shared/regions.ts'

/** The ports of one emulator; requests wait until it is said who answers them. */
export interface Servers {
  readonly api: LoopbackServer
  readonly edges: ReadonlyMap<Region, LoopbackServer>
  readonly s3: LoopbackServer
}

/**
 * Takes `port` for the api, the next ones for the edges and the one after for S3, or any that are free for 0. `opened`
 * closes what was taken, also when the rest can't be had: then this rejects.
 */
export async function openServers(
  port: number,
  regions: readonly Region[],
  opened: AsyncDisposableStack,
): Promise<Servers> {
  const open = async (offset: number) =>
    opened.adopt(await listenOnLoopback(port === 0 ? 0 : port + offset), server => server.close())
  const api = await open(0)
  const edges = new Map<Region, LoopbackServer>()
  for (const [index, region] of regions.entries()) edges.set(region, await open(1 + index))
  return { api, edges, s3: await open(1 + regions.length) }
}

/** Where each edge is, by Region. */
export function originsOf(edges: Servers['edges']): Readonly<Record<string, string>> {
  return Object.fromEntries([...edges].map(([region, { origin }]) => [region, origin]))
}

/** A port of 127.0.0.1 that is ours; requests wait until `serve` says who answers them. */
export interface LoopbackServer {
  readonly origin: string
  serve(listener: RequestListener): void
  /** Ends all connections and frees the port. */
  close(): Promise<void>
}

/**
 * How long an idle connection is kept, in milliseconds. After a stall, Node.js closes what was idle for longer before it
 * reads what has arrived since: with its default of 5 s, it reset requests that a busy machine had delayed for seconds.
 */
const keepAliveMs = 600_000

/** Takes `port` of 127.0.0.1, or any free one for 0. Rejects, naming the port, when somebody else has it. */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: keepAliveMs })
  // Until somebody serves, requests are held back rather than dropped.
  const ready = Promise.withResolvers<RequestListener>()
  server.on('request', (request, response) => void ready.promise.then(listener => listener(request, response)))
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch (cause) {
    throw new Error(`port ${port} of 127.0.0.1 can't be had: ${(cause as Error).message}`, { cause })
  }
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: ready.resolve,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
