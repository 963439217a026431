import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Region } from '../shared/regions.ts'
import { maxHeadBytes } from './cloudfront/quotas.ts'
import { deny } from '../console/local-only.ts'
import { isLoopbackHost } from '../shared/local/loopback.ts'

/** The servers of one emulator, which listen already. */
export interface Servers {
  readonly api: LoopbackServer
  readonly edges: ReadonlyMap<Region, LoopbackServer>
  readonly s3: LoopbackServer
  readonly login?: LoopbackServer
}

/** Where an emulator listens. */
export interface ServersOptions extends EdgeOptions {
  readonly port: number
  readonly regions: readonly Region[]
  /** Whether there is one for logins. @default false */
  readonly login?: boolean | undefined
}

/**
 * Listens on `port` for the api, the next ones for the edges and those after them for S3 and logins; 0: any free ports. Rejects if
 * one is unavailable. `opened` closes the servers, also those that were open when this rejects.
 */
export async function openServers(
  { port, regions, login = false, ...edgeOptions }: ServersOptions,
  opened: AsyncDisposableStack,
): Promise<Servers> {
  const open = async (offset: number, options: ListenOptions = {}) => {
    const server = await listenWith(port === 0 ? 0 : port + offset, options)
    opened.defer(() => server.close())
    return { ...server, serve: (listener: RequestListener) => server.serve(ownNamesOnly(listener)) }
  }
  const api = await open(0)
  const edges = new Map<Region, LoopbackServer>()
  const asEdge = { ...edgeOptions, isEdge: true }
  for (const [index, region] of regions.entries()) edges.set(region, await open(1 + index, asEdge))
  const s3 = await open(1 + regions.length)
  return { api, edges, s3, ...(login && { login: await open(2 + regions.length) }) }
}

/** Denies requests for other names than 127.0.0.1 and localhost, such as one that a page has rebound to this machine. */
function ownNamesOnly(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (isLoopbackHost(request.headers.host)) listener(request, response)
    else deny(response)
  }
}

/** A server on 127.0.0.1. Requests wait until `serve` sets its listener. */
export interface LoopbackServer {
  readonly origin: string
  serve(listener: RequestListener): void
  /** Closes all connections and frees the port. */
  close(): Promise<void>
}

/**
 * Milliseconds for which an idle connection stays open. After a stall, Node.js closes connections that were idle longer
 * before it reads what has arrived since: with its default of 5 s, it reset requests that a busy machine had delayed.
 */
export const keepAliveMs = 600_000

/** What an edge needs to serve https, in PEM. */
export interface TlsIdentity {
  readonly privateKey: string
  readonly certificate: string
}

/** How an edge listens. */
interface EdgeOptions {
  /** Also on ::1, on the same port. @default false */
  readonly ipv6?: boolean | undefined
  /** @default http */
  readonly tls?: TlsIdentity | undefined
}

interface ListenOptions extends EdgeOptions {
  /** Whether heads of requests may be as long as CloudFront's, and 494 is the response to longer ones. @default false */
  readonly isEdge?: boolean
}

/**
 * Listens on `port` of 127.0.0.1; 0: any free port. Closes WebSockets. Rejects with an error that names the port if it is
 * unavailable.
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  return listenAt('127.0.0.1', port)
}

/** Free ports of 127.0.0.1 that are tried until one is free on ::1 as well. */
const maxAttempts = 10

/** Listens as `listenOnLoopback` does, with https or IPv6 if options say so. The origin names 127.0.0.1, so viewers choose. */
async function listenWith(port: number, options: ListenOptions): Promise<LoopbackServer> {
  if (options.ipv6 !== true) return listenAt('127.0.0.1', port, options)
  for (let attempt = 1; ; attempt += 1) {
    const four = await listenAt('127.0.0.1', port, options)
    try {
      const six = await listenAt('::1', Number(new URL(four.origin).port), options)
      return {
        origin: four.origin,
        serve: listener => (four.serve(listener), six.serve(listener)),
        close: async () => void (await Promise.all([four.close(), six.close()])),
      }
    } catch (error) {
      await four.close()
      if (port !== 0 || attempt === maxAttempts) throw error
    }
  }
}

async function listenAt(address: string, port: number, { tls, isEdge }: ListenOptions = {}): Promise<LoopbackServer> {
  const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket'
  const limit = isEdge === true ? { maxHeaderSize: maxHeadBytes } : {}
  const options = { keepAliveTimeout: keepAliveMs, shouldUpgradeCallback: isWebSocket, ...limit }
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, key: tls.privateKey, cert: tls.certificate })
  server.on('upgrade', (_, socket) => void socket.destroy())
  if (isEdge === true) server.on('clientError', refuseRequest)
  // Requests that come before `serve` wait instead of failing.
  const ready = Promise.withResolvers<RequestListener>()
  server.on('request', (request, response) => void ready.promise.then(listener => listener(request, response)))
  try {
    await once(server.listen(port, address), 'listening')
  } catch (cause) {
    throw new Error(`port ${port} of ${address} is unavailable: ${(cause as Error).message}`, { cause })
  }
  const scheme = tls === undefined ? 'http' : 'https'
  return {
    origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: ready.resolve,
    close: () => closeServer(server),
  }
}

/** Closes a server and its connections: those that have not sent a request yet would keep it open for minutes. */
export async function closeServer(server: Server): Promise<void> {
  const whenClosed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await whenClosed
}

/** Responds to what is no HTTP request, or has too long a head, and closes the connection (AWS, "Maximum length of a request"). */
function refuseRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '494 Request header too large' : '400 Bad Request'
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
  else socket.destroy()
}
