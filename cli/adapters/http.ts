import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  MalformedResponse,
  NotConnected,
} from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'
import { readAtMost } from './bounded.ts'

/** Timeout in milliseconds: for a response, and for the next `minProgress` of its body. An edge has 5 s, an origin 30 s. */
const defaultIdleTimeoutMs = 30_000

/** Bytes that restart the timeout: fewer, such as one a second, are no progress. */
const minProgress = 1024

/** Longest head of a response, in bytes, with its status line, and longest extension of a chunk. */
const maxHeaderSize = 16 * 1024

/** Most interim responses, such as 103, before the response. CloudFront sends none. */
const maxInterim = 20

/** Longest body that is read as text, in bytes. An edge's has some 10 KB: a signed URL, its cookies. */
const maxTextBytes = 16 * 1024

/**
 * Bytes of a body after which the buffers of its chunks are collected, if Node.js runs with `--expose-gc` as in cli/once. V8
 * counts only the small objects that refer to buffers, so on a busy machine it keeps 40 MB and more of them.
 */
const collectEveryBytes = 4 * 1024 * 1024

/** Bytes of buffers that a minor collection may leave; it leaves those whose objects V8 has taken for long-lived. */
const maxBufferBytes = 8 * 1024 * 1024

/** Known to shared/redemption/receipt.ts. Not a robot's name, because a script fetches its own link. */
const userAgent = 'once-at-edge'

/**
 * Sends requests with `node:http`: unlike `fetch`, it bounds status line, head and trailers, reads no more of a body than is
 * asked for, and decompresses nothing.
 */
export function httpClient({
  idleTimeoutMs = defaultIdleTimeoutMs,
}: { readonly idleTimeoutMs?: number } = {}): HttpClient {
  return {
    async send(request) {
      const timeout = new AbortController()
      const timer = setTimeout(() => {
        timeout.abort(new Error(`less than ${minProgress} bytes in ${idleTimeoutMs / 1000} seconds`))
      }, idleTimeoutMs)
      const signal = AbortSignal.any([request.signal, timeout.signal])
      try {
        return toHttpResponse(await responseTo(request, signal), timer, signal)
      } catch (error) {
        clearTimeout(timer)
        throw error
      }
    },
  }
}

interface Exchange {
  readonly request: ClientRequest
  readonly response: IncomingMessage
  /** Why the connection failed, of which the response says only that it did. */
  readonly failure: () => Error | undefined
}

async function responseTo({ method, url, headers, family }: HttpRequest, signal: AbortSignal): Promise<Exchange> {
  const isSecure = url.startsWith('https:')
  const send = isSecure ? requestHttps : requestHttp
  const options = {
    method,
    headers: { 'user-agent': userAgent, ...headers },
    maxHeaderSize,
    signal,
    ...(family && { family }),
  }
  const request = send(url, options)
  let isConnected = false
  request.once('socket', socket => {
    // After `secureConnect` the certificate is valid. Nothing of the request is sent before.
    const connected = isSecure ? 'secureConnect' : 'connect'
    if (request.reusedSocket) isConnected = true
    else socket.once(connected, () => void (isConnected = true))
  })
  let interim = 0
  request.on('information', () => {
    interim += 1
    if (interim > maxInterim) request.destroy(new MalformedResponse(`more than ${maxInterim} interim responses`))
  })
  let failure: Error | undefined
  request.on('error', error => void (failure = error))
  try {
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage]
    return { request, response, failure: () => failure }
  } catch (cause) {
    if (isMalformed(cause)) throw new MalformedResponse(reasonOf(cause), { cause })
    const reason = reasonOf(signal.aborted ? signal.reason : cause)
    throw isConnected ? new Error(reason, { cause }) : new NotConnected(reason, { cause })
  }
}

/** Whether Node.js could not parse the response, or it broke one of our limits. */
function isMalformed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return error instanceof MalformedResponse || code.startsWith('HPE_')
}

function toHttpResponse(
  { request, response, failure }: Exchange,
  timer: NodeJS.Timeout,
  signal: AbortSignal,
): HttpResponse {
  async function* body(onBytes?: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
    let uncollected = 0
    try {
      for await (const chunk of response as AsyncIterable<Uint8Array>) {
        onBytes?.(chunk.length)
        yield chunk
        uncollected += chunk.length
        if (uncollected < collectEveryBytes) continue
        uncollected = 0
        collectBuffers()
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const cause = failure()
      if (isMalformed(cause)) throw new MalformedResponse(reasonOf(cause), { cause })
      // All that Node.js says if a connection breaks off is `aborted`.
      throw reasonOf(error) === 'aborted' ? new Error('the connection broke off') : error
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: body(restartAfterProgress(timer)),
    text: async () => (await readAtMost(maxTextBytes, body())).toString(),
    end() {
      clearTimeout(timer)
      request.destroy()
    },
  }
}

/** Returns a function that counts bytes, and restarts the timer with each `minProgress` of them. */
function restartAfterProgress(timer: NodeJS.Timeout): (bytes: number) => void {
  let progress = 0
  return bytes => {
    progress += bytes
    if (progress < minProgress) return
    timer.refresh()
    progress = 0
  }
}

/** A full collection takes ten times as long as a minor one, which is enough for most downloads. */
function collectBuffers(): void {
  const { gc } = globalThis
  if (gc === undefined) return
  gc({ type: 'minor', execution: 'sync' })
  if (process.memoryUsage().arrayBuffers > maxBufferBytes) gc()
}
