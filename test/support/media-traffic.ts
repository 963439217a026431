import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'

/** One request as a server of this process received it. */
export interface Served {
  readonly path: string
  /** Undefined until the server responds. */
  readonly status: number | undefined
  readonly range: string | undefined
  /** Names of its cookies. */
  readonly cookies: readonly string[]
}

/**
 * Records the requests to the server at `origin`, in this process, and its responses; returns a function that returns
 * them in the order of arrival. It records at the socket, so no handler can hide a request. Ends with the test.
 */
export function watchTraffic(origin: string): () => readonly Served[] {
  const port = Number(new URL(origin).port)
  const seen: { request: IncomingMessage; response: ServerResponse }[] = []
  function note(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.socket.localPort === port) seen.push({ request, response })
  }
  // Node.js, "Diagnostics Channel": published when a server gets a request.
  subscribe('http.server.request.start', note)
  onTestFinished(() => void unsubscribe('http.server.request.start', note))
  return () => seen.map(({ request, response }) => servedOf(request, response))
}

function servedOf({ url = '', headers }: IncomingMessage, { headersSent, statusCode }: ServerResponse): Served {
  const cookies = (headers.cookie ?? '').split('; ').map(pair => pair.split('=')[0] ?? '')
  const status = headersSent ? statusCode : undefined
  return { path: url, status, range: headers.range, cookies: cookies.filter(name => name !== '') }
}
