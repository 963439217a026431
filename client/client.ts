import type {
  BatchResponse,
  ExchangeResponse,
  IssuedLink,
  IssueLink,
  LinkView,
  ProblemDocument,
  RevokedLink,
} from '../shared/schemas/types.ts'
import { keyOf, maxBatchedKeyLength, newKey, pathOf } from './arguments.ts'
import { type BatchedLink, issueInBatches } from './batches.ts'
import { NoResponseError } from './problem.ts'
import { type Fetch, pause, type Request, send, type Transport } from './requests.ts'
import { isExchangeResponse, isIssuedLink, isLinkPage, isLinkView, isRevocation } from './shapes.ts'

export type { FieldError } from './problem.ts'
export type {
  BatchedLink,
  BatchResponse,
  ExchangeResponse,
  Fetch,
  IssuedLink,
  IssueLink,
  LinkView,
  ProblemDocument,
  RevokedLink,
}
export { NoResponseError, ProblemError } from './problem.ts'

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

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason. Requests that were sent may still take effect. */
  readonly signal?: AbortSignal
}

/**
 * Options of calls with an `Idempotency-Key`. The API remembers a key for a day: the same call with the same key returns the
 * same result instead of taking effect again.
 */
export interface NamedCallOptions extends CallOptions {
  /**
   * 1 to 255 printable ASCII characters (240 for `issueMany`, which appends the number of each batch), without spaces at the
   * ends. Pass your own to repeat the call safely after a crash.
   * @default a random key for each call, so that its own attempts are safe
   */
  readonly idempotencyKey?: string
}

/** Options of `list`: which links to return. */
export interface ListOptions extends CallOptions {
  /** Returns only links with this reference, newest first. @default all links, in no order */
  readonly reference?: string
  /** Returns only links in this state. @default links in all states */
  readonly state?: LinkView['state']
  /** Links per response of the API, at most, 1 to 100. It affects only the number of requests. @default the API's, 50 */
  readonly pageSize?: number
}

/**
 * The calls of the API. Each rejects with a `ProblemError` if the API refuses it, with a `NoResponseError` if the last attempt gets no
 * response from the API, and with the signal's reason if the signal is aborted. Invalid arguments, such as a malformed id,
 * reject with a `TypeError` before a request is sent. No error contains a nonce.
 */
export interface Client {
  /**
   * Issues one link. Returns its `id`, `url`, `expiresAt` and `homeRegion`, for how many seconds its download works once it is
   * opened (`urlSeconds`) and for whom (`bind`), and `advice` if it may be lost over a slow line. `url` is the secret that the
   * viewer opens: the other calls identify the link by `id` and never return `url`, so keep it, and don't log it.
   */
  issue(link: IssueLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number of links in batches of 100, one after the other. Yields one result per link, in order, as soon as its
   * batch is done: the link, or the problem why there is none. Repeats a batch with the same key if the API had no time or quota
   * for some of its links; `attempts` limits all requests for a batch. `idempotencyKey` is for the whole list: after a crash,
   * the same list with the same key returns the same links. If a batch fails as a whole, rejects as the other calls do.
   */
  issueMany(links: Iterable<IssueLink>, options?: NamedCallOptions): AsyncGenerator<BatchedLink, void, undefined>
  /** Returns a link by its id: state, fields and, if it keeps one, receipt. A link used without a receipt no longer exists. */
  show(id: string, options?: CallOptions): Promise<LinkView>
  /** Yields every link that matches the options. Requests the next page when it is needed. */
  list(options?: ListOptions): AsyncGenerator<LinkView, void, undefined>
  /**
   * Revokes a link by its id. After this resolves, the link hands out nothing more. Returns undefined if it was never used;
   * otherwise an object whose `capabilityEndsAt` says until when the URL works that it handed out. Rejects if the link no longer
   * exists: it was used without a receipt, or expired long ago.
   */
  revoke(id: string, options?: CallOptions): Promise<RevokedLink | undefined>
  /**
   * Exchanges the nonce of a link, the 43 characters after `/d/`, for a presigned S3 URL. This uses the link, as opening it
   * would. With a receipt, a repeat with the same key returns the same URL while that lives. A link for a player, or one that is
   * bound to the client, is refused.
   */
  exchange(nonce: string, options?: NamedCallOptions): Promise<ExchangeResponse>
}

/**
 * Creates a client. Throws a `TypeError` if an option is invalid, without repeating a password. The client has no state, so one
 * can be shared by all of a program.
 */
export function createClient(options: ClientOptions): Client {
  const transport = transportOf(options)
  const call = async <T>(request: Request<T>) => (await send(request, transport)).json
  return {
    issue: async (body, { idempotencyKey = newKey(), signal } = {}) =>
      call({ ...post('/links', body), idempotencyKey: keyOf(idempotencyKey), signal, isExpected: isIssuedLink }),
    async *issueMany(links, { idempotencyKey = newKey(), signal } = {}) {
      yield* issueInBatches(links, { idempotencyKey: keyOf(idempotencyKey, maxBatchedKeyLength), signal }, transport)
    },
    show: async (id, { signal } = {}) => call({ method: 'GET', path: pathOf(id), signal, isExpected: isLinkView }),
    list: query => list(query ?? {}, transport),
    revoke: async (id, { signal } = {}) =>
      call({ method: 'DELETE', path: pathOf(id), signal, isExpected: isRevocation }),
    async exchange(nonce, { idempotencyKey = newKey(), signal } = {}) {
      const request = { ...post('/exchange', { nonce }), idempotencyKey: keyOf(idempotencyKey), signal }
      return call({ ...request, secret: nonce, isExpected: isExchangeResponse })
    },
  }
}

function post(path: string, body: object) {
  return { method: 'POST', path, body } as const
}

function transportOf({ origin, fetch, attempts = 4, attemptMs = 30_000, wait = pause }: ClientOptions): Transport {
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100)) {
    throw new TypeError(`attempts: got ${String(attempts)}, allowed: a whole number from 1 to 100`)
  }
  if (!(Number.isInteger(attemptMs) && attemptMs >= 1 && attemptMs <= maxTimerMs)) {
    throw new TypeError(`attemptMs: got ${String(attemptMs)}, allowed: a whole number from 1 to ${maxTimerMs}`)
  }
  // Read for each request, because a page may replace it. Called as a method of another object, browsers refuse it.
  const unsigned: Fetch = (url, init) => globalThis.fetch(url, init)
  return { base: baseOf(origin), fetch: fetch ?? unsigned, attempts, attemptMs, wait }
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

async function* list(
  { reference, state, pageSize, signal }: ListOptions,
  transport: Transport,
): AsyncGenerator<LinkView, void, undefined> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ reference, state, limit: pageSize })) {
    if (value !== undefined) query.set(name, String(value))
  }
  do {
    const path = query.size === 0 ? '/links' : `/links?${query.toString()}`
    const { json } = await send({ method: 'GET', path, signal, isExpected: isLinkPage }, transport)
    yield* json.links
    if (json.next === query.get('cursor'))
      throw new NoResponseError('GET /links: a page gives its own cursor as the next one')
    query.set('cursor', json.next ?? '')
  } while (query.get('cursor') !== '')
}
