import { type HttpClient, type HttpResponse, NotConnected } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Timeout in milliseconds: for a response, and between parts of its body. An edge has 5 s, an origin 30 s. */
const idleTimeoutMs = 30_000

/** Known to shared/redemption/receipt.ts. Not a robot's name, because a script fetches its own link. */
const userAgent = 'once-at-edge'

/** Sends requests with Node.js's `fetch`. */
export const http: HttpClient = {
  async send({ method, url, headers, signal }) {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      controller.abort(new Error(`no data for ${idleTimeoutMs / 1000} seconds`))
    }, idleTimeoutMs)
    try {
      const init = { redirect: 'manual', signal: AbortSignal.any([signal, controller.signal]) } as const
      const response = await fetch(url, { ...init, method, headers: { 'user-agent': userAgent, ...headers } })
      return toHttpResponse(response, controller, timer)
    } catch (error) {
      clearTimeout(timer)
      throw toError(error)
    }
  },
}

function toHttpResponse(response: Response, controller: AbortController, timer: NodeJS.Timeout): HttpResponse {
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of response.body ?? []) {
        timer.refresh()
        yield chunk as Uint8Array
      }
    } catch (error) {
      throw toError(error)
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    status: response.status,
    header: name => response.headers.get(name) ?? undefined,
    body: body(),
    async text() {
      try {
        return await response.text()
      } catch (error) {
        throw toError(error)
      } finally {
        clearTimeout(timer)
      }
    },
    end() {
      clearTimeout(timer)
      controller.abort(new Error('the response is not needed'))
    },
  }
}

/** Error codes of Node.js (TLS, "X509 certificate error codes") and its fetch (undici, "Errors") before anything is sent. */
const beforeSending =
  /^(UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_\w+)$/

function toError(error: unknown): Error {
  const reason = reasonOf(error)
  return isBeforeSending(error) ? new NotConnected(reason, { cause: error }) : new Error(reason, { cause: error })
}

function isBeforeSending(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isBeforeSending)
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true
  if ('code' in error && beforeSending.test(String(error.code))) return true
  return isBeforeSending(error.cause)
}
