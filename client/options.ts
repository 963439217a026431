import { type Fetch, pause, type Transport } from './requests.ts'

/** Options of `createClient`: where the API is, and how to send requests to it. */
export interface ClientOptions {
  /**
   * Base URL of the API: `https://ID.execute-api.REGION.amazonaws.com/v1`, or `http://127.0.0.1:8080` for the emulator. It must
   * not contain a user, a password, a query or a fragment.
   */
  readonly origin: string
  /**
   * Sends each request. A deployed API requires requests to be signed for IAM, for example by aws4fetch:
   * `const aws = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, retries: 0 })`,
   * `fetch: (url, init) => aws.fetch(url, init)`. Turn off its retries, because the client has its own.
   * @default `globalThis.fetch`, which signs nothing; enough for the emulator
   */
  readonly fetch?: Fetch
  /**
   * Sends the parts of `upload` to URLs of S3 that the API has signed, so that it must neither sign nor log them.
   * @default `globalThis.fetch`
   */
  readonly put?: Fetch
  /**
   * Returns the token of a login (OIDC), which each request then has as `Authorization: Bearer`. Called for each attempt, so it
   * can renew a token that ends; if it rejects, so does the call. `origin` is then the token API. No error contains the token.
   * @default no token
   */
  readonly token?: () => string | Promise<string>
  /**
   * Attempts per request, 1 to 100. The client tries again if there is no response, after 429, 500, 502, 503 and 504, and after
   * 409 if an earlier request with the same key is still in progress. @default 4
   */
  readonly attempts?: number
  /**
   * Timeout of one attempt, in milliseconds, 1 to 2147483647.
   * @default 30000, as long as API Gateway waits for a response
   */
  readonly attemptMs?: number
  /**
   * Waits between attempts: must resolve after `ms` milliseconds, or reject when the signal is aborted. Tests can pass one that
   * returns at once. @default a timer
   */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Returns where and how to send requests. Throws a `TypeError` if an option is invalid, without repeating a password. */
export function transportOf({ origin, ...options }: ClientOptions): Transport {
  return { ...senderOf(options), base: baseOf(origin) }
}

/** Same, without the base URL. */
export function senderOf({
  fetch,
  put,
  token,
  attempts = 4,
  attemptMs = 30_000,
  wait = pause,
}: Omit<ClientOptions, 'origin'>): Omit<Transport, 'base'> {
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100)) {
    throw new TypeError(`attempts: got ${String(attempts)}, allowed: a whole number from 1 to 100`)
  }
  if (!(Number.isInteger(attemptMs) && attemptMs >= 1 && attemptMs <= maxTimerMs)) {
    throw new TypeError(`attemptMs: got ${String(attemptMs)}, allowed: a whole number from 1 to ${maxTimerMs}`)
  }
  // Read for each request, because a page may replace it. Called as a method of another object, browsers refuse it.
  const unsigned: Fetch = (url, init) => globalThis.fetch(url, init)
  return { fetch: fetch ?? unsigned, put: put ?? unsigned, ...(token && { token }), attempts, attemptMs, wait }
}

/** Longest time of a timer, in milliseconds (HTML, "Timers": a signed 32-bit number). */
const maxTimerMs = 2 ** 31 - 1

/** `fetch` rejects a URL with a password. The error must not repeat it. */
function baseOf(origin: string): string {
  const url = /^https?:\/\/[^?#\s]+$/.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined
  if (url !== undefined && url.username === '' && url.password === '') {
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  }
  const got = JSON.stringify(origin.replace(/\/\/.*@/, '//…@'))
  throw new TypeError(`origin: got ${got}, allowed: http:// or https:// with a host and an optional path`)
}
