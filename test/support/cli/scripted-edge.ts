import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveHere } from '../serve.ts'

/** Any nonce: a scripted edge looks at none. */
export const nonce = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** What becomes of one request. */
export type Turn = (response: ServerResponse, request: IncomingMessage) => void

/** The link is the asker's; its file is at this path of the edge. */
export function capability(path = '/report.bin'): Turn {
  const body = JSON.stringify({ url: path, expiresAt: '2099-01-01T00:00:00Z' })
  return response => void response.writeHead(200, { 'content-type': 'application/json' }).end(body)
}

/** A refusal, as edges give it. */
export function refuses(status: number, reason: string, more: object = {}): Turn {
  const body = JSON.stringify({ title: `It is ${reason}`, detail: 'So it is.', reason, status, ...more })
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 && { 'retry-after': '5' }) }
  return response => void response.writeHead(status, headers).end(body)
}

/** What stands before an edge says that it got no answer. */
export const badGateway: Turn = response =>
  void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>')

/** The connection ends without an answer. */
export const hangsUp: Turn = (_, request) => void request.socket.destroy()

/** A file, whole. */
export function file(content: Buffer): Turn {
  return response => void response.writeHead(200, { 'content-length': content.length, etag: '"1"' }).end(content)
}

/** An edge that takes its turns, those of POST and those of GET, and then repeats the last of each; ended with the test. */
export async function scriptedEdge(posts: readonly Turn[], gets: readonly Turn[] = [file(Buffer.from('x'))]) {
  const keys: string[] = []
  let got = 0
  const server = await serveHere((request, response) => {
    if (request.method === 'POST') {
      keys.push(String(request.headers['idempotency-key']))
      return posts[Math.min(keys.length, posts.length) - 1]?.(response, request)
    }
    got += 1
    return gets[Math.min(got, gets.length) - 1]?.(response, request)
  })
  return { ...server, link: `${server.origin}/d/${nonce}`, keys }
}
