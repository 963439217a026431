import type { Socket } from 'node:net'
import { NotSent } from '../../shared/redemption/effect-of-error.ts'
import { type HttpResponse, MalformedResponse, parseResponse } from './http-response.ts'

/** Session that shortens the next TLS handshake with the same server; set when the server sends it. */
export interface TlsSession {
  ticket?: Buffer
}

/** The promise of a response, and when it times out. */
interface PendingRequest {
  /** Undefined once it was sent. */
  request: string | undefined
  readonly resolve: (response: HttpResponse) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Keep-alive connection to a server, for one request at a time. Writes and parses HTTP on the bare socket, which takes
 * half the CPU time and 10 MB less memory than node:https (docs/decisions/0010-lean-edge.md).
 */
export class Connection {
  /** The TCP socket, and the TLS socket over it once it is connected. */
  #socket: Socket
  readonly #opening = Promise.withResolvers<void>()
  #isOpen = false
  #pending: PendingRequest | undefined
  /** Bytes of the response so far. */
  #received: Buffer | undefined

  /** Starts to connect to `https://HOST`, or to `http://HOST:PORT` on a laptop. Never throws. */
  constructor({ protocol, hostname, port }: URL, session: TlsSession) {
    const isSecure = protocol === 'https:'
    const tcp = process
      .getBuiltinModule('node:net')
      .connect({ host: hostname, port: Number(port || (isSecure ? 443 : 80)) })
    tcp.setNoDelay(true)
    this.#socket = this.#watched(tcp)
    if (isSecure) {
      tcp.once('lookup', () => setImmediate(loadTls)) // while the server responds
      tcp.once('connect', () => this.#secure(tcp, { hostname, session }))
    } else {
      tcp.once('connect', () => this.#onOpen())
    }
  }

  /**
   * Sends the bytes of one request, once, as soon as the connection is open, and returns the response, all within
   * `timeoutMs`. Rejects with `NotSent` if no byte left this machine; after any other error, the request may have
   * arrived.
   */
  ask(request: string, timeoutMs: number): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>()
    const timer = setTimeout(() => this.#fail(new Error(`no response in ${timeoutMs} ms`)), timeoutMs)
    this.#pending = { request, resolve, reject, timer }
    if (this.#isOpen) this.#send(this.#pending)
    return promise
  }

  /** Resolves when the connection is open, or failed. Never rejects. */
  get opened(): Promise<void> {
    return this.#opening.promise
  }

  /** Returns whether the connection can take another request. */
  isUsable(): boolean {
    return this.#socket.writable
  }

  /** Closes the connection; a request that waits for its response rejects. */
  close(): void {
    this.#socket.destroy()
  }

  #secure(tcp: Socket, to: { readonly hostname: string; readonly session: TlsSession }): void {
    const secure = connectTls(tcp, to)
    this.#socket = this.#watched(secure)
    secure.once('secureConnect', () => this.#onOpen())
  }

  #watched(socket: Socket): Socket {
    socket.unref() // while a request waits for its response, its timer keeps the process alive
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the connection was closed')))
    return socket
  }

  #onOpen(): void {
    this.#isOpen = true
    this.#socket.on('data', bytes => this.#onData(bytes))
    this.#opening.resolve()
    if (this.#pending !== undefined) this.#send(this.#pending)
  }

  #send(pending: PendingRequest): void {
    const { request = '' } = pending
    pending.request = undefined
    this.#socket.write(request)
  }

  #onData(bytes: Buffer): void {
    const isExpected = this.#pending !== undefined && this.#pending.request === undefined
    if (!isExpected) return this.#fail(new MalformedResponse('unexpected bytes'))
    this.#received = this.#received === undefined ? bytes : Buffer.concat([this.#received, bytes])
    try {
      const response = parseResponse(this.#received)
      if (response === undefined) return
      if (!response.keepAlive) this.#socket.destroy()
      this.#removePending()?.resolve(response)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #fail(error: Error): void {
    this.#socket.destroy()
    this.#opening.resolve()
    const pending = this.#removePending()
    pending?.reject(pending.request === undefined ? error : new NotSent(error))
  }

  /** Removes the pending request, so that it ends only once. */
  #removePending(): PendingRequest | undefined {
    const pending = this.#pending
    this.#pending = this.#received = undefined
    clearTimeout(pending?.timer)
    return pending
  }
}

/** Loads TLS and the root certificates, which takes longer than all the rest: so only when a connection is on its way. */
function loadTls(): void {
  if (!isTlsLoaded) process.getBuiltinModule('node:tls').createSecureContext()
  isTlsLoaded = true
}

let isTlsLoaded = false

/** Starts the TLS handshake on a connected socket. */
function connectTls(
  socket: Socket,
  { hostname, session }: { readonly hostname: string; readonly session: TlsSession },
): Socket {
  const secure = process.getBuiltinModule('node:tls').connect({
    socket,
    host: hostname,
    ALPNProtocols: ['http/1.1'],
    ...(process.getBuiltinModule('node:net').isIP(hostname) === 0 && { servername: hostname }),
    ...(session.ticket && { session: session.ticket }),
  })
  return secure.on('session', ticket => (session.ticket = ticket))
}
