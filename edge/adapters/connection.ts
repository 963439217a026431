import type { Socket } from 'node:net'
import { NotSent } from '../../shared/redemption/effect-of-error.ts'
import { type HttpResponse, MalformedResponse, parseResponse } from './http-response.ts'

/** What shortens the next TLS handshake with the same server; filled in as soon as the server tells. */
export interface TlsSession {
  ticket?: Buffer
}

/** The request under way, until it was sent, and the promise of its answer. */
interface PendingRequest {
  request: string | undefined
  readonly resolve: (answer: HttpResponse) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * A keep-alive connection to a server, for one request after the other, never two at a time. HTTP is spoken on the bare
 * socket, at half the CPU time and 10 MB less memory than with node:https (docs/decisions/0010-lean-edge.md).
 */
export class Connection {
  readonly #socket: Socket
  #isOpen = false
  #errand: PendingRequest | undefined
  /** What has come of the answer so far. */
  #received: Buffer | undefined

  /** Begins to connect to `https://HOST`, or to `http://HOST:PORT` on a laptop. Never throws. */
  constructor(endpoint: URL, session: TlsSession) {
    this.#socket = socketTo(endpoint, session)
    this.#socket.setNoDelay(true)
    this.#socket.unref() // whoever waits for an answer has a timer that keeps the process alive
    this.#socket.on(endpoint.protocol === 'https:' ? 'secureConnect' : 'connect', () => this.#onOpen())
    this.#socket.on('data', bytes => this.#onData(bytes))
    this.#socket.on('error', error => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  /**
   * Sends one request as it is, once, as soon as there is a connection, and reads its answer, all within `timeoutMs`.
   * Rejects with `NotSent` when nothing of it has left this machine; after any other error it may have arrived.
   */
  ask(request: string, timeoutMs: number): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>()
    const timer = setTimeout(() => this.#fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    this.#errand = { request, resolve, reject, timer }
    if (this.#isOpen) this.#send(this.#errand)
    return promise
  }

  /** False once it can't be asked again, for whatever reason. */
  isUsable(): boolean {
    return this.#socket.writable
  }

  /** Ends it; whoever waits for an answer is told so. */
  close(): void {
    this.#socket.destroy()
  }

  #onOpen(): void {
    this.#isOpen = true
    if (this.#errand !== undefined) this.#send(this.#errand)
  }

  #send(errand: PendingRequest): void {
    const { request = '' } = errand
    errand.request = undefined
    this.#socket.write(request)
  }

  #onData(bytes: Buffer): void {
    const isExpected = this.#errand !== undefined && this.#errand.request === undefined
    if (!isExpected) return this.#fail(new MalformedResponse('an answer came before it was asked for'))
    this.#received = this.#received === undefined ? bytes : Buffer.concat([this.#received, bytes])
    try {
      const answer = parseResponse(this.#received)
      if (answer === undefined) return
      if (!answer.keepAlive) this.#socket.destroy()
      this.#takeErrand()?.resolve(answer)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #fail(error: Error): void {
    this.#socket.destroy()
    const errand = this.#takeErrand()
    errand?.reject(errand.request === undefined ? error : new NotSent(error))
  }

  /** Takes the errand off, so that nothing can end it twice. */
  #takeErrand(): PendingRequest | undefined {
    const errand = this.#errand
    this.#errand = this.#received = undefined
    clearTimeout(errand?.timer)
    return errand
  }
}

/** Loads TLS only now: it takes longer than all else, and main.ts begins to connect when all else is loaded. */
function socketTo({ protocol, hostname, port }: URL, session: TlsSession): Socket {
  const { connect, isIP } = process.getBuiltinModule('node:net')
  if (protocol === 'http:') return connect({ host: hostname, port: Number(port || 80) })
  const socket = process.getBuiltinModule('node:tls').connect({
    host: hostname,
    port: Number(port || 443),
    ALPNProtocols: ['http/1.1'],
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(session.ticket && { session: session.ticket }),
  })
  socket.on('session', ticket => (session.ticket = ticket))
  return socket
}
