import { NotConnected, type HttpClient, type HttpResponse } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Longest silence, in milliseconds: before an answer, and between two pieces of it. An edge has 5 s, an origin 30 s. */
const silenceMs = 30_000

/** What we call ourselves (shared/redemption/receipt.ts knows it); no robot, for a script fetches its own link. */
const userAgent = 'once-at-edge'

/** The web, over Node.js's `fetch`. */
export const web: HttpClient = {
  async ask({ method, url, headers, signal }) {
    const controller = new AbortController()
    const watch = setTimeout(() => {
      controller.abort(new Error(`nothing came for ${silenceMs / 1000} seconds`))
    }, silenceMs)
    try {
      const how = { redirect: 'manual', signal: AbortSignal.any([signal, controller.signal]) } as const
      const response = await fetch(url, { ...how, method, headers: { 'user-agent': userAgent, ...headers } })
      return answerOf(response, controller, watch)
    } catch (error) {
      clearTimeout(watch)
      throw failureOf(error)
    }
  },
}

function answerOf(response: Response, controller: AbortController, watch: NodeJS.Timeout): HttpResponse {
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of response.body ?? []) {
        watch.refresh()
        yield chunk as Uint8Array
      }
    } catch (error) {
      throw failureOf(error)
    } finally {
      clearTimeout(watch)
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
        throw failureOf(error)
      } finally {
        clearTimeout(watch)
      }
    },
    end() {
      clearTimeout(watch)
      controller.abort(new Error('no longer wanted'))
    },
  }
}

/** What Node.js (TLS, "X509 certificate error codes") and its fetch (undici, "Errors") say before anything is sent. */
const beforeSending =
  /^(UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_\w+)$/

function failureOf(error: unknown): Error {
  const words = reasonOf(error)
  return isBeforeSending(error) ? new NotConnected(words, { cause: error }) : new Error(words, { cause: error })
}

function isBeforeSending(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isBeforeSending)
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true
  if ('code' in error && beforeSending.test(String(error.code))) return true
  return isBeforeSending(error.cause)
}
