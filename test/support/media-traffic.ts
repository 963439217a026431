import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'

/** One request as a server of this process got it. */
export interface Served {
  readonly path: string
  /** Undefined while there is no answer. */
  readonly status: number | undefined
  readonly range: string | undefined
  /** Names of the cookies that came with it. */
  readonly cookies: readonly string[]
}

/**
 * Watches what the server at `origin`, in this process, is asked and answers, in the order of arrival: at the socket, so
 * nothing that answers can hide a request. Ended with the test.
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
