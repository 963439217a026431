import type {
  BatchResponse,
  ExchangeResponse,
  IssuedLink,
  IssueLink,
  LinkView,
  ProblemDocument,
} from '../shared/schemas/types.ts'
import { type BatchedLink, issueInBatches } from './batches.ts'
import { NoResponseError } from './problem.ts'
import { ask, type Transport, type Fetch, type Request } from './requests.ts'
import { isExchangeResponse, isIssuedLink, isLinkPage, isLinkView, isNothing } from './shapes.ts'

export type { FieldError } from './problem.ts'
export type { BatchedLink, BatchResponse, ExchangeResponse, Fetch, IssuedLink, IssueLink, LinkView, ProblemDocument }
export { NoResponseError as NoAnswerError, ProblemError } from './problem.ts'

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
  /**
   * 1 to 255 printable ASCII characters, for `issueMany` to 240, without spaces at the ends.
   * @default one of its own for each call, so that attempts of one call are safe
   */
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
 * when nobody answers, after as many attempts as the options allow. What it can't be called with is a `TypeError`, and asks
 * nobody. No error holds a nonce.
 */
export interface Client {
  /** Issues one link. `url` of what it gives is the secret. */
  issue(link: IssueLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number, in batches of 100, and gives what became of each, in order and as soon as it is known. Links that can
   * be had only later are asked for again: `attempts` is for a batch and all that is repeated of it. The options' key names all
   * of them together.
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

/** Makes a client. Throws a `TypeError` when an option can't be used. It holds no state and can be shared. */
export function createClient(options: ClientOptions): Client {
  const asking = askingOf(options)
  const given = async <T>(request: Request<T>) => (await ask(request, asking)).json
  return {
    issue: async (body, { idempotencyKey = newKey(), signal } = {}) =>
      given({ ...post('/links', body), idempotencyKey: keyOf(idempotencyKey), signal, isAnswer: isIssuedLink }),
    async *issueMany(links, { idempotencyKey = newKey(), signal } = {}) {
      yield* issueInBatches(links, { idempotencyKey: keyOf(idempotencyKey, longestKeyOfMany), signal }, asking)
    },
    show: async (id, { signal } = {}) => given({ method: 'GET', path: pathOf(id), signal, isAnswer: isLinkView }),
    list: query => list(query ?? {}, asking),
    revoke: async (id, { signal } = {}) => given({ method: 'DELETE', path: pathOf(id), signal, isAnswer: isNothing }),
    async exchange(nonce, { idempotencyKey = newKey(), signal } = {}) {
      const request = { ...post('/exchange', { nonce }), idempotencyKey: keyOf(idempotencyKey), signal }
      return given({ ...request, secret: nonce, isAnswer: isExchangeResponse })
    },
  }
}

function post(path: string, body: object) {
  return { method: 'POST', path, body } as const
}

function askingOf({ origin, fetch, attempts = 4, attemptMs = 30_000, wait = pause }: ClientOptions): Transport {
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100)) {
    throw new TypeError(`attempts: got ${String(attempts)}, allowed: a whole number from 1 to 100`)
  }
  if (!(Number.isInteger(attemptMs) && attemptMs >= 1 && attemptMs <= longestTimerMs)) {
    throw new TypeError(`attemptMs: got ${String(attemptMs)}, allowed: a whole number from 1 to ${longestTimerMs}`)
  }
  // Looked up for each request: a page may put another in its place. Called as a method of nothing, browsers refuse it.
  const plain: Fetch = (url, init) => globalThis.fetch(url, init)
  return { base: baseOf(origin), fetch: fetch ?? plain, attempts, attemptMs, wait }
}

/** Longest that a timer runs, in milliseconds (HTML, "Timers": a signed 32-bit number). */
const longestTimerMs = 2 ** 31 - 1

/** `fetch` takes no URL with a password, which must not be repeated either. */
function baseOf(origin: string): string {
  const url = /^https?:\/\/[^?#\s]+$/.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined
  if (url !== undefined && url.username === '' && url.password === '') {
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  }
  const got = JSON.stringify(origin.replace(/\/\/.*@/, '//…@'))
  throw new TypeError(`origin: got ${got}, allowed: http:// or https:// with a host, and a path`)
}

async function* list(
  { reference, state, pageSize, signal }: ListOptions,
  asking: Transport,
): AsyncGenerator<LinkView, void, undefined> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ reference, state, limit: pageSize })) {
    if (value !== undefined) query.set(name, String(value))
  }
  do {
    const path = query.size === 0 ? '/links' : `/links?${query.toString()}`
    const { json } = await ask({ method: 'GET', path, signal, isAnswer: isLinkPage }, asking)
    yield* json.links
    if (json.next === query.get('cursor')) throw new NoResponseError('GET /links: a page names itself as the next one')
    query.set('cursor', json.next ?? '')
  } while (query.get('cursor') !== '')
}

/** Not repeated: it may be a nonce, by mistake. */
function pathOf(id: string): string {
  if (/^[A-Za-z0-9_-]{22}$/.test(id)) return `/links/${id}`
  throw new TypeError(`id: got ${id.length} characters, allowed: the 22 of an id, out of A-Z a-z 0-9 - _`)
}

/** Longest key that the API takes (docs/api.md, Idempotency-Key), and what is left of it where each batch gets a number. */
const longestKey = 255
const longestKeyOfMany = 240

/** Headers lose spaces at their ends, and an empty one names nothing: a repeat would issue another link. */
function keyOf(text: string, longest: number = longestKey): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && text.length <= longest) return text
  const allowed = `1 to ${longest} printable ASCII characters without spaces at the ends`
  throw new TypeError(`idempotencyKey: got ${text.length} characters, allowed: ${allowed}`)
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
