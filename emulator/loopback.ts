import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A port of 127.0.0.1 that is ours; requests wait until `serve` says who answers them. */
export interface LoopbackServer {
  readonly origin: string
  serve(listener: RequestListener): void
  /** Ends all connections and frees the port. */
  close(): Promise<void>
}

/**
 * How long an idle connection is kept, in milliseconds. After a stall Node.js closes what has been idle for longer before it
 * reads what has come since: with its own 5 s, requests that a busy machine held up for seconds were reset.
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
