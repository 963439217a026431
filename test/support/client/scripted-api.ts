import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { serveHere } from '../serve.ts'

/** One request as the api got it. */
export interface Asked {
  readonly line: string
  readonly idempotencyKey: string | undefined
  readonly body: string
}

/** What becomes of one request: an answer, or what a broken connection makes of it. */
export type Turn = (response: ServerResponse, request: IncomingMessage, body: string) => void | Promise<void>

/** Answers with this status, body and headers. */
export function answers(status: number, body: object | string, headers: Readonly<Record<string, string>> = {}): Turn {
  const problem = typeof body === 'object' && status >= 400 ? 'application/problem+json' : 'application/json'
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  return response => void response.writeHead(status, { 'content-type': problem, ...headers }).end(sent)
}

/** The connection ends without an answer. */
export const hangsUp: Turn = (_, request) => void request.socket.destroy()

/** A problem document with this reason. */
export function problem(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Turn {
  const about = {
    type: `urn:once-at-edge:problem:${reason}`,
    title: 'No',
    detail: `It is ${reason}.`,
    requestId: 'r-1',
  }
  return answers(status, { ...about, status, reason }, headers)
}

/** An api that takes its turns one request after the other, and then repeats the last for ever; ended with the test. */
export async function scriptedApi(
  ...turns: readonly [Turn, ...Turn[]]
): Promise<{ readonly origin: string; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = []
  const { origin } = await serveHere((request, response) => {
    const take = async () => {
      const body = await text(request)
      const turn = turns[asked.length] ?? turns.at(-1)
      const key = request.headers['idempotency-key']
      asked.push({ line: `${request.method} ${request.url}`, idempotencyKey: key?.toString(), body })
      await turn?.(response, request, body)
    }
    take().catch(() => request.socket.destroy())
  })
  return { origin, asked }
}

/** A turn that passes the request on to the api at `behind`, and then does with its answer what `then` says. */
export function passesOn(behind: string, then: 'answer' | 'lose the answer'): Turn {
  return async (response, request, body) => {
    const { method = '', url = '', headers } = request
    const names = ['content-type', 'idempotency-key'] as const
    const kept = Object.fromEntries(names.flatMap(name => (headers[name] ? [[name, String(headers[name])]] : [])))
    const answer = await fetch(`${behind}${url}`, { method, headers: kept, ...(body !== '' && { body }) })
    const words = await answer.text()
    if (then === 'lose the answer') return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(words)
  }
}
