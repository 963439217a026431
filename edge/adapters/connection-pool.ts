import { Connection, type TlsSession } from './connection.ts'
import type { HttpResponse } from './http-response.ts'

/** Keep-alive connections to one server: as many as there are concurrent requests, then kept for the next ones. */
export interface ConnectionPool {
  /** Sends one request, as `Connection.ask` does. */
  ask(request: string, timeoutMs: number): Promise<HttpResponse>
  /** Starts to connect, for the next request. Never throws. */
  preconnect(): void
}

/**
 * How long a connection may stay unused. AWS documents no limit; S3 is known to close connections after 20 s. If the
 * server has just closed it, the response to a request is lost, which costs a link without a receipt one more read.
 */
const maxIdleMs = 15_000

/** Returns connections to `https://HOST`, or to `http://HOST:PORT` on a laptop. */
export function createConnectionPool(endpoint: URL, now: () => number): ConnectionPool {
  const session: TlsSession = {}
  /** Ordered by last use; the last one is used next. */
  const idle: { readonly connection: Connection; readonly since: number }[] = []
  function acquire(): Connection {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.connection.isUsable() && now() - last.since < maxIdleMs) return last.connection
      last.connection.close()
    }
    return new Connection(endpoint, session)
  }
  function release(connection: Connection): void {
    idle.push({ connection, since: now() })
  }
  return {
    async ask(request, timeoutMs) {
      const connection = acquire()
      const response = await connection.ask(request, timeoutMs)
      if (connection.isUsable()) release(connection)
      return response
    },
    preconnect: () => release(new Connection(endpoint, session)),
  }
}
