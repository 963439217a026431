import type { Socket } from 'node:net'
import { NotSent } from '../table/effect-of-error.ts'
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
  readonly parse: Parse
}

/** Parses a response from all bytes so far: see `parseResponse`. */
export type Parse = (bytes: Buffer) => HttpResponse | undefined

/**
 * Keep-alive connection to a server, for one request at a time. Writes and parses HTTP on the bare socket, which takes
 * half the CPU time and 10 MB less memory than node:https (docs/decisions/0010-lean-edge.md).
 */
export class Connection {
  readonly #socket: Socket
  readonly #opening = Promise.withResolvers<void>()
  #isOpen = false
  #pending: PendingRequest | undefined
  /** Bytes of the response so far. */
  #received: Buffer | undefined

  /** Starts to connect to `https://HOST`, or to `http://HOST:PORT` on a laptop. Never throws. */
  constructor(endpoint: URL, session: TlsSession) {
    this.#socket = socketTo(endpoint, session, bytes => this.#onData(bytes))
    this.#socket.setNoDelay(true)
    this.#socket.unref() // while a request waits for its response, its timer keeps the process alive
    this.#socket.on(endpoint.protocol === 'https:' ? 'secureConnect' : 'connect', () => this.#onOpen())
    this.#socket.on('error', error => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  /**
   * Sends the bytes of one request, once, as soon as the connection is open, and returns the response, all within
   * `timeoutMs`. Rejects with `NotSent` if no byte left this machine; after any other error, such as a `TimeoutError`, the
   * request may have arrived.
   */
  send(request: string, timeoutMs: number, parse: Parse = parseResponse): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>()
    const timer = setTimeout(() => this.#fail(timeoutError(timeoutMs)), timeoutMs)
    this.#pending = { request, resolve, reject, timer, parse }
    if (this.#isOpen) this.#write(this.#pending)
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

  #onOpen(): void {
    this.#isOpen = true
    this.#opening.resolve()
    if (this.#pending !== undefined) this.#write(this.#pending)
  }

  #write(pending: PendingRequest): void {
    const { request = '' } = pending
    pending.request = undefined
    this.#socket.write(request, encodingOf(request))
  }

  #onData(bytes: Buffer): void {
    const pending = this.#pending
    if (pending === undefined || pending.request !== undefined)
      return this.#fail(new MalformedResponse('unexpected bytes'))
    this.#received = this.#received === undefined ? bytes : Buffer.concat([this.#received, bytes])
    try {
      const response = pending.parse(this.#received)
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

/** It has the name that the SDK gives it, for logs. */
function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no response in ${timeoutMs} ms`), { name: 'TimeoutError' })
}

/** ASCII is the same in both encodings, and takes less time as latin1. */
function encodingOf(request: string): 'latin1' | 'utf8' {
  return Buffer.byteLength(request) === request.length ? 'latin1' : 'utf8'
}

/** All sockets read into it, so that none allocates 64 KB for each response. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)

/** Loads TLS only now: it takes longer than all the rest of an edge. */
function socketTo({ protocol, hostname, port }: URL, session: TlsSession, onData: (bytes: Buffer) => void): Socket {
  const onread = {
    buffer: readBuffer,
    callback(length: number, buffer: Uint8Array) {
      onData(Buffer.from(buffer.subarray(0, length))) // a copy: the next read overwrites it
      return true
    },
  }
  const { connect, isIP } = process.getBuiltinModule('node:net')
  if (protocol === 'http:') return connect({ host: hostname, port: Number(port || 80), onread })
  const options = {
    host: hostname,
    port: Number(port || 443),
    onread, // an option of net.connect, which tls.connect passes on
    ALPNProtocols: ['http/1.1'],
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(session.ticket && { session: session.ticket }),
  }
  const socket = process.getBuiltinModule('node:tls').connect(options)
  socket.on('session', ticket => (session.ticket = ticket))
  return socket
}
