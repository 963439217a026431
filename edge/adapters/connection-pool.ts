import { Connection, type TlsSession } from './connection.ts'
import type { HttpResponse } from './http-response.ts'

/** Keep-alive connections to one server: as many as requests are under way, then kept for the next. */
export interface ConnectionPool {
  /** As a connection's own `ask`. */
  ask(request: string, timeoutMs: number): Promise<HttpResponse>
  /** Begins to connect, for the next request to find. Never throws. */
  preconnect(): void
}

/**
 * How long an unused connection is trusted, in milliseconds. AWS names no limit; S3 is known to hang up after 20 s. What
 * is sent when the server has just hung up is a lost answer, and costs a link without a receipt one more read.
 */
const longestIdleMs = 15_000

/** Connections to `https://HOST`, or to `http://HOST:PORT` on a laptop. */
export function createConnectionPool(endpoint: URL, now: () => number): ConnectionPool {
  const session: TlsSession = {}
  /** The one used last comes last, and is used first. */
  const idle: { readonly connection: Connection; readonly since: number }[] = []
  function take(): Connection {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.connection.isUsable() && now() - last.since < longestIdleMs) return last.connection
      last.connection.close()
    }
    return new Connection(endpoint, session)
  }
  function keep(connection: Connection): void {
    idle.push({ connection, since: now() })
  }
  return {
    async ask(request, timeoutMs) {
      const connection = take()
      const answer = await connection.ask(request, timeoutMs)
      if (connection.isUsable()) keep(connection)
      return answer
    },
    preconnect: () => keep(new Connection(endpoint, session)),
  }
}
