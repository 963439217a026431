import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, createServer, request as sendOn } from 'node:https'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { Certificate } from '../../../emulator/certificate.ts'

/** Where a viewer is, as the edge sees it: addresses of loopback. */
export interface Journey {
  /** While it opens the link. */
  readonly link: string
  /** While it fetches the file. */
  readonly file: string
  /** From when it opens the link again, or its first download broke off. @default as before */
  readonly later?: string
  /** Bytes after which the first response with a file breaks off. @default it doesn't */
  readonly cutAfter?: number
}

/** A response that a viewer got. */
export interface Exchange {
  readonly path: string
  readonly status: number
  readonly type: string
  /** Which part of ours responded: `link`, `gate` or `page`; empty for a file. */
  readonly xOnce: string
}

/** An https server in front of an edge, which sends each request on from the address where its viewer is at that time. */
export interface Front {
  readonly origin: string
  /** Says where the viewer is who opens this link and fetches this file, by their paths. Returns what it gets, as it comes. */
  follow(paths: { readonly link: string; readonly file: string }, journey: Journey): readonly Exchange[]
  close(): Promise<void>
}

interface Viewer {
  readonly journey: Journey
  readonly exchanges: Exchange[]
  /** Paths of its requests, in order. */
  readonly requests: string[]
  cut: boolean
}

/**
 * Serves https with the edge's own certificate. Clients ask one host all the time, as they do on AWS: it is in the signature, and
 * cookies belong to it. Only what the edge sees of their address changes.
 */
export async function serveFront(edge: string, { privateKey, certificate }: Certificate): Promise<Front> {
  const viewers = new Map<string, Viewer>()
  const agent = new Agent({ keepAlive: true, ca: certificate })
  const server = createServer(
    { key: privateKey, cert: certificate, keepAliveTimeout: 600_000 },
    (request, response) => {
      const path = request.url?.split('?')[0] ?? ''
      const viewer = viewers.get(path)
      if (viewer === undefined) return void response.writeHead(500).end(`nobody follows ${path}`)
      viewer.requests.push(path)
      pass(request, response, { edge, agent, viewer, path })
    },
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    follow({ link, file }, journey) {
      const viewer: Viewer = { journey, exchanges: [], requests: [], cut: false }
      viewers.set(link, viewer).set(file, viewer)
      return viewer.exchanges
    },
    async close() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

interface Hop {
  readonly edge: string
  readonly agent: Agent
  readonly viewer: Viewer
  readonly path: string
}

const isLink = (path: string) => path.startsWith('/d/')

function addressOf({ journey, requests, cut }: Viewer, path: string): string {
  const { link, file, later } = journey
  const isLater = cut || requests.filter(isLink).length > 1
  if (isLater && later !== undefined) return later
  return isLink(path) ? link : file
}

function pass(request: IncomingMessage, response: ServerResponse, { edge, agent, viewer, path }: Hop): void {
  const localAddress = addressOf(viewer, path)
  const sent = sendOn({
    hostname: isIPv6(localAddress) ? '::1' : '127.0.0.1',
    port: new URL(edge).port,
    localAddress,
    agent,
    method: request.method,
    path: request.url,
    // A list for each name, except that Node.js wants one host.
    headers: { ...(request.headersDistinct as Record<string, string[]>), host: request.headers.host ?? '' },
  })
  sent.on('error', () => request.socket.destroy())
  sent.on('response', received => {
    const { statusCode: status = 0, headers, rawHeaders } = received
    const xOnce = String(headers['x-once'] ?? '')
    viewer.exchanges.push({ path, status, type: String(headers['content-type']), xOnce })
    response.writeHead(status, rawHeaders)
    const { cutAfter } = viewer.journey
    if (cutAfter === undefined || viewer.cut || isLink(path) || status >= 300) return void received.pipe(response)
    viewer.cut = true
    cut(received, response, cutAfter)
  })
  request.pipe(sent)
}

/** Ends the connection in an orderly way: a reset could overtake the bytes before it. */
function cut(received: IncomingMessage, response: ServerResponse, bytes: number): void {
  let left = bytes
  received.on('data', (chunk: Buffer) => {
    if (left === 0) return
    const part = chunk.subarray(0, left)
    left -= part.length
    response.write(part, () => {
      if (left > 0) return
      response.socket?.end()
      received.destroy()
    })
  })
}
