import { Connection, type Parse, type TlsSession } from './connection.ts'
import type { HttpResponse } from './http-response.ts'

/** Keep-alive connections to one server: as many as there are concurrent requests, then kept for the next ones. */
export interface ConnectionPool {
  /** Sends one request, as `Connection.send` does. */
  send(request: string, timeoutMs: number, parse?: Parse): Promise<HttpResponse>
  /** Connects for the next request, unless a connection is ready. Resolves when one is open, or can't be. */
  preconnect(): Promise<void>
}

/**
 * How long a connection may stay unused. AWS documents no limit. DynamoDB was seen to close connections after 60 s
 * (aws/aws-sdk-java#1365) and after 90 s (feast-dev/feast#5167), S3 after 20 s. A closed connection is noticed and not used.
 * If the server has just closed it, the response to a request is lost: a link without a receipt then takes one more read,
 * a look at an object a second attempt.
 */
const maxIdleMs = 45_000

/** From which time without use a connection may have been closed while the process was frozen, unnoticed so far. */
const unnoticedMs = 1000

interface IdleConnection {
  readonly connection: Connection
  readonly since: number
}

/** Returns connections to `https://HOST`, or to `http://HOST:PORT` on a laptop. */
export function createConnectionPool(endpoint: URL, now: () => number): ConnectionPool {
  const session: TlsSession = {}
  /** Ordered by last use; the last one is used next. */
  const idle: IdleConnection[] = []
  const isFresh = ({ connection, since }: IdleConnection) => connection.isUsable() && now() - since < maxIdleMs
  async function acquire(): Promise<Connection> {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (now() - last.since >= unnoticedMs) await polled()
      if (isFresh(last)) return last.connection
      last.connection.close()
    }
    return new Connection(endpoint, session)
  }
  function release(connection: Connection): void {
    idle.push({ connection, since: now() })
  }
  return {
    async send(request, timeoutMs, parse) {
      const connection = await acquire()
      const response = await connection.send(request, timeoutMs, parse)
      if (connection.isUsable()) release(connection)
      return response
    },
    async preconnect() {
      if (!idle.some(isFresh)) release(new Connection(endpoint, session))
      await idle.at(-1)?.connection.opened
    },
  }
}

/** Resolves when the event loop has polled sockets once: the first `setImmediate` may come before that, the next can't. */
async function polled(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise(resolve => setImmediate(resolve))
}
