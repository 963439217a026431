import type { RequestLine } from '../shared/api/routes.ts'
import { unlessAborted } from './abortable.ts'
import { readText } from './bounded-text.ts'
import { NoResponseError, ProblemError, parseProblem, uncheckedReason } from './problem.ts'

/** Sends one request, as `globalThis.fetch` does, and may sign it first. Must reject if no response comes. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A request that failed, before another attempt. */
export interface Retry {
  /** What was requested: the link, or its file. */
  readonly of: 'link' | 'file'
  /** Failures in a row, this one included; of a file, requests in a row that brought less than 1 KiB. */
  readonly attempt: number
  /** Wait before the next attempt, in milliseconds. */
  readonly waitMs: number
  /** Why it failed. */
  readonly error: ProblemError | NoResponseError
}

/** Where and how to send requests. */
export interface Transport {
  /** Base URL of the API, without a trailing slash. */
  readonly base: string
  readonly fetch: Fetch
  /** Sends parts of files to S3: adds no header of the API. */
  readonly put: Fetch
  /** Returns the token that a request has as `Authorization: Bearer`. */
  readonly token?: () => string | Promise<string>
  /** Attempts per request, at least 1. */
  readonly attempts: number
  /** Timeout of one attempt, in milliseconds, until the last byte of its response. */
  readonly attemptMs: number
  /** Resolves after `ms` milliseconds; rejects when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** Called before each wait. If it throws, the call ends with its error. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
}

/** One request to the API. Each can be repeated: it changes nothing, is idempotent, or has an `Idempotency-Key`. */
export interface Request<T> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Includes the query. */
  readonly path: string
  /** What errors have in place of a path that is secret. */
  readonly name?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal | undefined
  /** Removed from errors, also if the response repeats it. */
  readonly secret?: string
  /** Most bytes of the response. @default 10 MiB, as many as API Gateway sends */
  readonly maxBytes?: number
  /** No attempt starts later, in milliseconds. @default Infinity */
  readonly totalMs?: number
  /** Whether this is JSON that the API returns for the request; undefined for 204. */
  readonly isExpected: (json: unknown) => json is T
}

/** A request of a route of the API. */
export type ApiRequest<T> = Request<T> & RequestLine

/** Longest wait before another attempt, in milliseconds: a minute, the window of the API's quota. */
const maxWaitMs = 60_000

/** First wait if the API names none, in milliseconds; it doubles, and up to half of it is random. */
const firstWaitMs = 200

/** Longest response, in bytes: API Gateway sends none that is longer (AWS, "Amazon API Gateway quotas": payload size). */
const maxResponseBytes = 10 * 1024 * 1024

/** The request had no effect, or its effect is unknown: the gateway's 500, 502 and 504, and the API's own 429 and 503. */
const retryableStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/**
 * Sends a request, and again while another attempt may help. Returns the JSON and the number of attempts. Rejects with a
 * `ProblemError` if the API refuses, with a `NoResponseError` if no response comes from the API, with the signal's reason if it
 * is aborted, and with the error of the program if the request can't be made at all.
 */
export async function send<T>(
  request: Request<T>,
  transport: Transport,
): Promise<{ readonly json: T; readonly attempts: number }> {
  const init = initOf(request)
  const { totalMs = Infinity, signal } = request
  for (let attempts = 1, spentMs = 0; ; attempts += 1) {
    const startedAt = Date.now()
    const result = await attemptOnce(request, init, { transport, attempts })
    if (!(result instanceof Error)) return { json: result.json, attempts }
    const ms = waitAfter(result, attempts)
    // A wait counts as long as it should take: a program's own may return at once.
    spentMs += Date.now() - startedAt + (ms ?? 0)
    if (attempts >= transport.attempts || ms === undefined || spentMs > totalMs) throw result
    transport.onRetry?.({ of: 'link', attempt: attempts, waitMs: ms, error: result })
    await transport.wait(ms, signal)
  }
}

/** Sends a request of a route, and returns the JSON. Rejects as `send` does. */
export async function call<T>(request: ApiRequest<T>, transport: Transport): Promise<T> {
  return (await send(request, transport)).json
}

/** Returns the milliseconds to wait before another attempt; undefined if another would not help, or only after a minute. */
function waitAfter(error: ProblemError | NoResponseError, attempt: number): number | undefined {
  const backoffMs = Math.min(firstWaitMs * 2 ** (attempt - 1), maxWaitMs) * (0.5 + Math.random() / 2)
  if (error instanceof NoResponseError) return backoffMs
  const { status, reason, retryAfterSeconds } = error
  // 409 with Retry-After: an earlier request with this Idempotency-Key is still in progress. The check of an object may take longer than that.
  const isInUse = status === 409 && retryAfterSeconds !== undefined && reason !== uncheckedReason
  const isRetryable = retryableStatuses.has(status) || isInUse
  const ms = retryAfterSeconds === undefined ? backoffMs : retryAfterSeconds * 1000
  return isRetryable && ms <= maxWaitMs ? ms : undefined
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> }

/** Runs before anything is sent: a body that can't be JSON, or an invalid header, is the caller's error, not a lost response. */
function initOf({ method, body, idempotencyKey, headers: given }: Request<unknown>): Init {
  const headers = {
    ...given,
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  }
  // The API never redirects, and no other server must get the request.
  return { method, headers, redirect: 'error', ...(body && { body: JSON.stringify(body) }) }
}

async function attemptOnce<T>(
  request: Request<T>,
  init: Init,
  { transport, attempts }: { readonly transport: Transport; readonly attempts: number },
): Promise<{ readonly json: T } | ProblemError | NoResponseError> {
  const { method, path, name = path.split('?')[0], signal, secret, maxBytes = maxResponseBytes } = request
  const token = await unlessAborted(bearerOf(transport), signal)
  const timeout = AbortSignal.timeout(transport.attemptMs)
  const anySignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  const noResponse = (why: string, cause?: unknown) =>
    new NoResponseError(`${method} ${name}: ${why}, attempt ${attempts}`, { cause })
  const headers = { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  // Browsers refuse it as a method of another object.
  const { fetch } = transport
  const exchange = async () => {
    const response = await fetch(`${transport.base}${path}`, { ...init, headers, signal: anySignal })
    return { response, text: await readText(response, maxBytes) }
  }
  try {
    const { response, text } = await unlessAborted(exchange(), anySignal)
    if (!response.ok) return parseProblem(response, text, { attempts, secrets: [secret, token] })
    const json = jsonOf(text)
    if (request.isExpected(json)) return { json }
    return noResponse(`the response, ${response.status}, is not from the API`)
  } catch (cause) {
    signal?.throwIfAborted()
    if (isProgramError(cause)) throw cause
    return noResponse('no response', cause)
  }
}

/** Returns the token for one attempt. The error does not repeat it: that of `fetch` would, for a header it can't send. */
async function bearerOf({ token }: Transport): Promise<string | undefined> {
  const text = await token?.()
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text
  const allowed = 'printable ASCII characters without spaces, and no "Bearer" in front'
  throw new TypeError(`token: got ${text.length} characters, allowed: ${allowed}`)
}

/**
 * Whether the program, not the network, caused the error. `fetch` rejects with a `TypeError` if no response comes, and engines
 * throw one for programming errors. Only the message distinguishes them: `x is not a function`, `Cannot read properties of
 * undefined`, `x is null`.
 */
export function isProgramError(error: unknown): boolean {
  if (error instanceof TypeError) return /\bis (not|undefined|null)\b|\bof (undefined|null)\b/.test(error.message)
  return error instanceof ReferenceError || error instanceof RangeError || error instanceof SyntaxError
}

/** Returns undefined for empty text, and the text itself if it is not JSON: no check accepts a string. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Resolves after `ms` milliseconds; rejects with the reason of the signal, if there is one, as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  return unlessAborted(over, signal).finally(() => clearTimeout(timer))
}
