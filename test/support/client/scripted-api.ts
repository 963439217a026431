import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { serveHere } from '../machine/serve.ts'

/** One request that the API got. */
export interface ReceivedRequest {
  readonly line: string
  readonly idempotencyKey: string | undefined
  /** `Once-Client`. */
  readonly client: string | undefined
  readonly authorization: string | undefined
  readonly range: string | undefined
  readonly ifRange: string | undefined
  readonly body: string
}

/** Responds to one request, or breaks the connection. */
export type Turn = (response: ServerResponse, request: IncomingMessage, body: string) => void | Promise<void>

/** Responds with this status, body and headers. */
export function responds(status: number, body: object | string, headers: Readonly<Record<string, string>> = {}): Turn {
  const contentType = typeof body === 'object' && status >= 400 ? 'application/problem+json' : 'application/json'
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  return response => void response.writeHead(status, { 'content-type': contentType, ...headers }).end(sent)
}

/** Ends the connection without a response. */
export const hangsUp: Turn = (_, request) => void request.socket.destroy()

/** Responds with a problem document that has this reason. */
export function problem(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Turn {
  const members = {
    type: `urn:once-at-edge:problem:${reason}`,
    title: 'No',
    detail: `It is ${reason}.`,
    requestId: 'r-1',
  }
  return responds(status, { ...members, status, reason }, headers)
}

/** Starts an API that takes one turn per request, then repeats the last. Ends with the test. */
export async function scriptedApi(
  ...turns: readonly [Turn, ...Turn[]]
): Promise<{ readonly origin: string; readonly requests: readonly ReceivedRequest[] }> {
  const requests: ReceivedRequest[] = []
  const { origin } = await serveHere((request, response) => {
    const takeTurn = async () => {
      const body = await text(request)
      const turn = turns[requests.length] ?? turns.at(-1)
      requests.push({ line: `${request.method} ${request.url}`, ...headersOf(request), body })
      await turn?.(response, request, body)
    }
    takeTurn().catch(() => request.socket.destroy())
  })
  return { origin, requests }
}

function headersOf({ headers }: IncomingMessage): Omit<ReceivedRequest, 'line' | 'body'> {
  return {
    idempotencyKey: headers['idempotency-key']?.toString(),
    client: headers['once-client']?.toString(),
    authorization: headers.authorization,
    range: headers.range,
    ifRange: headers['if-range']?.toString(),
  }
}

/** Forwards the request to the API at `target`; then returns its response, or loses it. */
export function forwards(target: string, then: 'respond' | 'lose the response'): Turn {
  return async (response, request, body) => {
    const { method = '', url = '', headers } = request
    const names = ['content-type', 'idempotency-key', 'authorization'] as const
    const forwarded = Object.fromEntries(names.flatMap(name => (headers[name] ? [[name, String(headers[name])]] : [])))
    const upstream = await fetch(`${target}${url}`, { method, headers: forwarded, ...(body !== '' && { body }) })
    const responseText = await upstream.text()
    if (then === 'lose the response') return void request.socket.destroy()
    response
      .writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? 'text/plain' })
      .end(responseText)
  }
}
