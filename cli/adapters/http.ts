import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type HttpClient, type HttpInit, MalformedResponse, NotConnected } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Longest head of a response, in bytes, with its status line, and longest extension of a chunk. */
const maxHeaderSize = 16 * 1024

/** Most interim responses, such as 103, before the response. CloudFront sends none. */
const maxInterim = 20

/**
 * Bytes of a body after which the buffers of its chunks are collected, if Node.js runs with `--expose-gc` as in cli/once. V8
 * counts only the small objects that refer to buffers, so on a busy machine it keeps 40 MB and more of them.
 */
const collectEveryBytes = 4 * 1024 * 1024

/** Bytes of buffers that a minor collection may leave; it leaves those whose objects V8 has taken for long-lived. */
const maxBufferBytes = 8 * 1024 * 1024

/**
 * Timeout of a connection that has a body to send and no traffic, in milliseconds, as in AWS's own client (AWS CLI, "cli_read_timeout"). A
 * whole body has no timeout: its time depends on the user's connection.
 */
const sendIdleMs = 60_000

/** Known to shared/redemption/receipt.ts. Not a robot's name, because a script fetches its own link. */
const userAgent = 'once-at-edge'

/**
 * Sends requests with `node:http`: unlike the global `fetch`, it bounds status line, head and trailers, reads no more of a body
 * than is asked for, and decompresses nothing.
 */
export const http: HttpClient = {
  async fetch(url, init) {
    const exchange = await responseTo(url, init)
    const { statusCode: status = 0, headersDistinct } = exchange.response
    try {
      const headers = new Headers()
      for (const [name, values = []] of Object.entries(headersDistinct)) {
        for (const value of values) headers.append(name, value)
      }
      const hasBody = ![204, 205, 304].includes(status)
      return new Response(hasBody ? bodyOf(exchange, init.signal) : null, { status, headers })
    } catch (cause) {
      exchange.response.destroy()
      throw new MalformedResponse(`no response has the status ${status}, or such a header`, { cause })
    }
  },
}

interface Exchange {
  readonly response: IncomingMessage
  /** Why the connection failed, of which the response says only that it did. */
  readonly failure: () => Error | undefined
}

async function responseTo(url: string, { method = 'GET', headers, signal, family, body }: HttpInit): Promise<Exchange> {
  const isSecure = url.startsWith('https:')
  const send = isSecure ? requestHttps : requestHttp
  const options = {
    method,
    headers: { 'user-agent': userAgent, ...Object.fromEntries(new Headers(headers)) },
    maxHeaderSize,
    ...(family && { family }),
  }
  const request = send(url, options)
  // Not the option `signal`: its error is thrown to nobody if the response has just ended.
  const stop = () => void request.destroy()
  signal?.addEventListener('abort', stop)
  request.once('close', () => signal?.removeEventListener('abort', stop))
  if (signal?.aborted === true) stop()
  let isConnected = false
  request.once('socket', socket => {
    // After `secureConnect` the certificate is valid. Nothing of the request is sent before.
    const connected = isSecure ? 'secureConnect' : 'connect'
    if (request.reusedSocket) isConnected = true
    else socket.once(connected, () => void (isConnected = true))
  })
  const content = body instanceof Uint8Array ? body : undefined
  if (content !== undefined) {
    const idle = () => request.destroy(new Error(`no traffic for ${sendIdleMs / 1000} seconds`))
    request.setTimeout(sendIdleMs, idle)
  }
  let interim = 0
  request.on('information', () => {
    interim += 1
    if (interim > maxInterim) request.destroy(new MalformedResponse(`more than ${maxInterim} interim responses`))
  })
  let failure: Error | undefined
  request.on('error', error => void (failure = error))
  try {
    const [response] = (await once(request.end(content), 'response')) as [IncomingMessage]
    // The reader of the body gets the error.
    response.on('error', () => undefined)
    return { response, failure: () => failure }
  } catch (cause) {
    if (isMalformed(cause)) throw new MalformedResponse(reasonOf(cause), { cause })
    const reason = reasonOf(signal?.aborted === true ? signal.reason : cause)
    throw isConnected ? new Error(reason, { cause }) : new NotConnected(reason, { cause })
  }
}

/** Whether Node.js could not parse the response, or it broke one of our limits. */
function isMalformed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return error instanceof MalformedResponse || code.startsWith('HPE_')
}

/** Reads a body as it is asked for. Cancelling it closes the connection. */
function bodyOf(exchange: Exchange, signal: HttpInit['signal']): ReadableStream<Uint8Array> {
  const chunks = bytesOf(exchange, signal)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => void exchange.response.destroy(),
    },
    { highWaterMark: 0 },
  )
}

async function* bytesOf(
  { response, failure }: Exchange,
  signal: HttpInit['signal'],
): AsyncGenerator<Uint8Array, void, undefined> {
  let uncollected = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      yield chunk
      uncollected += chunk.length
      if (uncollected < collectEveryBytes) continue
      uncollected = 0
      collectBuffers()
    }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason
    const cause = failure()
    if (isMalformed(cause)) throw new MalformedResponse(reasonOf(cause), { cause })
    // All that Node.js says if a connection breaks off is `aborted`.
    throw reasonOf(error) === 'aborted' ? new Error('the connection broke off') : error
  }
}

/** A full collection takes ten times as long as a minor one, which is enough for most downloads. */
function collectBuffers(): void {
  const { gc } = globalThis
  if (gc === undefined) return
  gc({ type: 'minor', execution: 'sync' })
  if (process.memoryUsage().arrayBuffers > maxBufferBytes) gc()
}
