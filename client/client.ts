import type {
  BatchResponse,
  ExchangeResponse,
  IssuedLink,
  IssueLink,
  LinkPage,
  LinkView,
} from '../shared/openapi/types.ts'
import { type BatchedLink, issueInBatches } from './batches.ts'
import { ask, type Asking, type Fetch } from './requests.ts'

export type { FieldError } from './problem-error.ts'
export type { BatchedLink, BatchResponse, ExchangeResponse, Fetch, IssuedLink, IssueLink, LinkView }
export { NoAnswerError, ProblemError } from './problem-error.ts'

/** Where the API is, and how to ask it. */
export interface ClientOptions {
  /** `https://ID.execute-api.REGION.amazonaws.com/v1`, or the emulator's `http://127.0.0.1:8080`. */
  readonly origin: string
  /**
   * Sends the requests. Deployed, they must be signed for IAM, as by aws4fetch:
   * `const aws = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, retries: 0 })`,
   * `fetch: (url, init) => aws.fetch(url, init)`. @default `globalThis.fetch`, which signs nothing
   */
  readonly fetch?: Fetch
  /** Most attempts for one request: after no answer, 429, 5xx, and while the first one is still under way. @default 4 */
  readonly attempts?: number
  /** Longest time for one attempt, in milliseconds. @default 30000, as long as API Gateway waits for an answer */
  readonly attemptMs?: number
  /** Resolves after `ms` milliseconds; rejects when the signal is aborted. @default a timer */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** What any call can be told beside what it is about. */
export interface CallOptions {
  /** Ends the call: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** The same of calls that name themselves, so that a repeat gets the same answer: for a day, as far as the API goes. */
export interface NamedCallOptions extends CallOptions {
  /** 1 to 255 printable ASCII characters. @default one of its own for each call, so that attempts of one call are safe */
  readonly idempotencyKey?: string
}

/** Which links to list. */
export interface ListOptions extends CallOptions {
  /** Only those with this reference, newest first. @default all, in no order */
  readonly reference?: string
  /** Only those in this state. */
  readonly state?: LinkView['state']
  /** Most links in one answer of the API, 1 to 100. @default the API's, 50 */
  readonly pageSize?: number
}

/**
 * What can be done with the API. Every call rejects with a `ProblemError` when the API says no, and with a `NoAnswerError`
 * when nobody answers, after as many attempts as the options allow. No error holds a nonce.
 */
export interface Client {
  /** Issues one link. `url` of what it gives is the secret. */
  issue(link: IssueLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number, in batches of 100, and gives what became of each, in order and as soon as it is known. Links that can
   * be had only later are asked for again, as often as `attempts` says. The options' key names all of them together.
   */
  issueMany(links: Iterable<IssueLink>, options?: NamedCallOptions): AsyncGenerator<BatchedLink, void, undefined>
  /** Shows a link by its id. */
  show(id: string, options?: CallOptions): Promise<LinkView>
  /** Every link that fits, page after page. */
  list(options?: ListOptions): AsyncGenerator<LinkView, void, undefined>
  /** Withdraws a link by its id: once this resolves, nobody can use it. */
  revoke(id: string, options?: CallOptions): Promise<void>
  /** Trades the nonce of a link, the 43 characters behind `/d/`, for a presigned URL of S3. */
  exchange(nonce: string, options?: NamedCallOptions): Promise<ExchangeResponse>
}

/** Makes a client. Throws when `origin` is no URL. It holds no state and can be shared. */
export function createClient(options: ClientOptions): Client {
  const asking = askingOf(options)
  return {
    issue: async (body, { idempotencyKey = newKey(), signal } = {}) =>
      (await ask({ method: 'POST', path: '/links', body, idempotencyKey, signal }, asking)) as IssuedLink,
    issueMany: (links, { idempotencyKey = newKey(), signal } = {}) =>
      issueInBatches(links, { idempotencyKey, signal }, asking),
    show: async (id, { signal } = {}) => (await ask({ method: 'GET', path: pathOf(id), signal }, asking)) as LinkView,
    list: query => list(query ?? {}, asking),
    async revoke(id, { signal } = {}) {
      await ask({ method: 'DELETE', path: pathOf(id), signal }, asking)
    },
    exchange: async (nonce, { idempotencyKey = newKey(), signal } = {}) =>
      (await ask(
        { method: 'POST', path: '/exchange', body: { nonce }, idempotencyKey, signal, secret: nonce },
        asking,
      )) as ExchangeResponse,
  }
}

function askingOf({ origin, fetch, attempts = 4, attemptMs = 30_000, wait = pause }: ClientOptions): Asking {
  if (!/^https?:\/\/[^/?#]+[^?#]*$/.test(origin)) {
    throw new TypeError(`origin: got ${JSON.stringify(origin)}, allowed: http:// or https:// with a host, and a path`)
  }
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100)) {
    throw new TypeError(`attempts: got ${String(attempts)}, allowed: a whole number from 1 to 100`)
  }
  // Looked up for each request: a page may put another in its place. Called as a method of nothing, browsers refuse it.
  const plain: Fetch = (url, init) => globalThis.fetch(url, init)
  return { base: origin.replace(/\/+$/, ''), fetch: fetch ?? plain, attempts, attemptMs, wait }
}

async function* list(
  { reference, state, pageSize, signal }: ListOptions,
  asking: Asking,
): AsyncGenerator<LinkView, void, undefined> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ reference, state, limit: pageSize })) {
    if (value !== undefined) query.set(name, String(value))
  }
  do {
    const path = query.size === 0 ? '/links' : `/links?${query.toString()}`
    const { links, next } = (await ask({ method: 'GET', path, signal }, asking)) as LinkPage
    yield* links
    query.set('cursor', next ?? '')
  } while (query.get('cursor') !== '')
}

function pathOf(id: string): string {
  return `/links/${encodeURIComponent(id)}`
}

/** 128 random bits. Not `randomUUID`, which pages without TLS lack. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
