import { once } from 'node:events'
import { type IncomingMessage, request as sendOn, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { serveHere } from './serve.ts'

/** What happens to a delete on its way: all goes well, the request never arrives, or the answer never comes back. */
export type Fate = 'fine' | 'request lost' | 'answer lost'

/** A proxy in front of a DynamoDB: each delete meets the next of `fates`, then all is fine; ended with the test. */
export async function lossyProxy(endpoint: string, fates: readonly Fate[]): Promise<string> {
  const left = [...fates]
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const isDelete = String(request.headers['x-amz-target']).endsWith('.DeleteItem')
    const fate = (isDelete ? left.shift() : undefined) ?? 'fine'
    if (fate === 'request lost') return void request.socket.resetAndDestroy()
    const answer = await forward(endpoint, request, body)
    if (fate === 'answer lost') return void request.socket.resetAndDestroy()
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  return (await serveHere((request, response) => void pass(request, response))).origin
}

async function forward(endpoint: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  const sent = sendOn(endpoint + (url ?? ''), { ...(method && { method }), headers })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
}
