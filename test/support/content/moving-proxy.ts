import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestPlain, type ServerResponse } from 'node:http'
import { Agent, createServer as createTlsServer, request as requestTls } from 'node:https'
import { type AddressInfo, isIPv6, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { keepAliveMs, type TlsIdentity } from '../../../emulator/servers.ts'

/** How a request reaches the server, and how much of its response reaches the client. */
export interface Passage {
  /** Loopback address from which the server sees the request come. @default 127.0.0.1 */
  readonly from?: string | undefined
  /** Only so many bytes of the body pass. @default all of them */
  readonly bytes?: number | undefined
  /** Nothing of the response passes: the connection ends. @default false */
  readonly isLost?: boolean
  /** After these bytes the connection stays open, but nothing more comes until `disconnect`. @default it ends */
  readonly fallsSilent?: boolean
}

/** A request that passed. */
export interface Passed {
  /** Without its query. */
  readonly path: string
  readonly from: string
  readonly range: string | undefined
  /** ETag of the file of which the client wants the rest. */
  readonly ifRange: string | undefined
  readonly status: number
  /** Media type of the response. */
  readonly type: string | undefined
  /** Which part of ours responded: `link`, `gate` or `page`; empty for a file. */
  readonly xOnce: string
}

/** A proxy that stands for the networks of one client: its address changes, and connections break. */
export interface MovingProxy {
  /** Clients use it in place of the server's. */
  readonly origin: string
  /** Requests whose response has begun, in that order. */
  readonly passed: readonly Passed[]
  /** Resets all connections of clients over http, as a change of network does; ends those over https. */
  disconnect(): void
}

/** What a proxy does. */
export interface MovingProxyOptions {
  /** Called for each request, with its path without a query. */
  readonly passageOf: (path: string) => Passage
  /** Both sides speak https, with this certificate. @default http */
  readonly tls?: TlsIdentity | undefined
  /** Whether connections over https stay open after a response, so that many requests take less time. @default false */
  readonly staysOpen?: boolean
}

/** Serves the server at `target` on another port of 127.0.0.1; ends with the test. */
export async function movingProxy(target: string, options: MovingProxyOptions): Promise<MovingProxy> {
  const { close, ...proxy } = await startMovingProxy(target, options)
  onTestFinished(close)
  return proxy
}

/** Does the same until `close`, for several tests. */
export async function startMovingProxy(
  target: string,
  { passageOf, tls, staysOpen = false }: MovingProxyOptions,
): Promise<MovingProxy & { close(): void }> {
  const passed: Passed[] = []
  const { protocol, port } = new URL(target)
  const agent = staysOpen && new Agent({ keepAlive: true })
  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '', headers } = request
    const [path = ''] = url.split('?')
    const passage = passageOf(path)
    const { from = '127.0.0.1' } = passage
    const to = { host: isIPv6(from) ? '::1' : '127.0.0.1', port, localAddress: from, agent } as const
    // Host stays: cookies and signatures name it. With `close`, which the response says too, no connection outlives an address.
    const options = { ...to, path: url, method, headers: staysOpen ? headers : { ...headers, connection: 'close' } }
    const sent = tls === undefined ? requestPlain(options) : requestTls({ ...options, ca: tls.certificate })
    sent.on('response', answer => {
      const { statusCode: status = 0, rawHeaders } = answer
      const sentBack = { status, type: answer.headers['content-type'], xOnce: String(answer.headers['x-once'] ?? '') }
      passed.push({ path, from, range: headers.range, ifRange: [headers['if-range']].flat()[0], ...sentBack })
      if (passage.isLost === true) return void response.destroy()
      passOn(answer, response.writeHead(status, rawHeaders), passage)
    })
    sent.on('error', () => response.destroy())
    response.on('close', () => sent.destroy())
    request.pipe(sent)
  }
  const server =
    tls === undefined ? createServer(forward) : createTlsServer({ key: tls.privateKey, cert: tls.certificate }, forward)
  if (staysOpen) server.keepAliveTimeout = keepAliveMs
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`
  const drop = (socket: Socket) => (tls === undefined ? socket.resetAndDestroy() : socket.destroy())
  return {
    origin,
    passed,
    disconnect: () => sockets.forEach(drop),
    close() {
      if (agent) agent.destroy()
      server.close().closeAllConnections()
    },
  }
}

function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  { bytes = Infinity, fallsSilent = false }: Passage,
): void {
  let left = bytes
  answer.on('data', (data: Buffer) => {
    const part = data.subarray(0, left)
    left -= part.length
    if (!response.write(part)) answer.pause()
    if (left > 0) return
    answer.destroy()
    // Not a reset, which could overtake the bytes.
    if (!fallsSilent) response.socket?.end()
  })
  response.on('drain', () => answer.resume())
  answer.on('end', () => response.end())
}
