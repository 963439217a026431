import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveHere } from '../machine/serve.ts'

/** Any nonce: a scripted edge does not check it. */
export const nonce = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** Responds to one request. */
export type Turn = (response: ServerResponse, request: IncomingMessage) => void

/** Redeems the link: returns a URL with this path on the edge. */
export function capability(path = '/report.bin', expiresAt = '2099-01-01T00:00:00Z'): Turn {
  const body = JSON.stringify({ url: path, expiresAt })
  return response => void response.writeHead(200, { 'content-type': 'application/json' }).end(body)
}

/** Refuses as edges do. */
export function refuses(status: number, reason: string, more: object = {}): Turn {
  const body = JSON.stringify({ title: `It is ${reason}`, detail: 'So it is.', reason, status, ...more })
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 && { 'retry-after': '5' }) }
  return response => void response.writeHead(status, headers).end(body)
}

/** Responds as a gateway before the edge that got no response. */
export const badGateway: Turn = response =>
  void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>')

/** Ends the connection without a response. */
export const hangsUp: Turn = (_, request) => void request.socket.destroy()

/** Returns the whole file. */
export function file(content: Buffer): Turn {
  return response => void response.writeHead(200, { 'content-length': content.length, etag: '"1"' }).end(content)
}

/** Returns the file, or the rest of it that the request asks for. Breaks off after `cut` bytes of the response. */
export function resumable(content: Buffer, { etag = '"1"', cut = Infinity } = {}): Turn {
  return (response, { headers }) => {
    const from = headers['if-range'] === etag ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0
    const range = `bytes ${from}-${content.length - 1}/${content.length}`
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': content.length - from,
      ...(from > 0 && { 'content-range': range }),
    })
    const rest = content.subarray(from, from + cut)
    response.write(rest, () => (from + cut < content.length ? response.destroy() : response.end()))
  }
}

/** Starts an edge that takes its turns for POST and for GET, then repeats the last of each. Ends with the test. */
export async function scriptedEdge(posts: readonly Turn[], gets: readonly Turn[] = [file(Buffer.from('x'))]) {
  const keys: string[] = []
  const requests: IncomingMessage[] = []
  let getCount = 0
  const server = await serveHere((request, response) => {
    requests.push(request)
    if (request.method === 'POST') {
      keys.push(String(request.headers['idempotency-key']))
      return posts[Math.min(keys.length, posts.length) - 1]?.(response, request)
    }
    getCount += 1
    return gets[Math.min(getCount, gets.length) - 1]?.(response, request)
  })
  return { ...server, link: `${server.origin}/d/${nonce}`, keys, requests }
}
