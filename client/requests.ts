import { NoResponseError, ProblemError, parseProblem } from './problem.ts'

/** Sends one request: `globalThis.fetch`, or one that signs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How to ask. */
export interface Transport {
  /** Where the API is, without a slash at its end. */
  readonly base: string
  readonly fetch: Fetch
  /** Most attempts for one request. */
  readonly attempts: number
  /** Longest time for one attempt, in milliseconds. */
  readonly attemptMs: number
  /** Resolves after `ms` milliseconds; rejects when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** One request to the API. All of them can be repeated: they change nothing, end where they ended, or bring a key. */
export interface Request<T> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: object
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal | undefined
  /** What no error may repeat. */
  readonly secret?: string
  /** Whether JSON is what the API answers: undefined for 204. */
  readonly isAnswer: (json: unknown) => json is T
}

/** Longest that is waited for another attempt, in milliseconds: a minute, the window of the API's quota. */
const longestWaitMs = 60_000

/** The first wait where the API names none, in milliseconds; it doubles, and up to half of it is left to chance. */
const firstWaitMs = 200

/** Not done, or done without a word of it: the gateway's 500, 502 and 504 as well as the API's own 429 and 503. */
const retryableStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/**
 * Asks until there is an answer that will not change, and gives its JSON and how many attempts that took. Rejects with a
 * `ProblemError` when the API says no, with a `NoAnswerError` when nobody answers, with the signal's reason when that is
 * aborted, and with what else was thrown when the request can't be made at all.
 */
export async function ask<T>(
  request: Request<T>,
  asking: Transport,
): Promise<{ readonly json: T; readonly attempts: number }> {
  const init = initOf(request)
  for (let attempts = 1; ; attempts += 1) {
    const answer = await attemptOnce(request, init, { asking, attempts })
    if (!(answer instanceof Error)) return { json: answer.json, attempts }
    const ms = waitAfter(answer, attempts)
    if (attempts >= asking.attempts || ms === undefined) throw answer
    await asking.wait(ms, request.signal)
  }
}

/** Milliseconds until another attempt makes sense, or undefined when none does. */
function waitAfter(error: ProblemError | NoResponseError, attempt: number): number | undefined {
  const backoffMs = Math.min(firstWaitMs * 2 ** (attempt - 1), longestWaitMs) * (0.5 + Math.random() / 2)
  if (error instanceof NoResponseError) return backoffMs
  const { status, retryAfterSeconds } = error
  // The first request under this Idempotency-Key is still under way: 409 with a time.
  const comesRound = retryableStatuses.has(status) || (status === 409 && retryAfterSeconds !== undefined)
  const ms = retryAfterSeconds === undefined ? backoffMs : retryAfterSeconds * 1000
  return comesRound && ms <= longestWaitMs ? ms : undefined
}

/** Made before anything is sent: what can't be written as JSON or as a header is the caller's mistake, and no lost answer. */
function initOf({ method, body, idempotencyKey }: Request<unknown>): RequestInit {
  const headers = {
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  }
  // The API redirects nobody; whoever does must not be sent the request.
  return { method, headers, redirect: 'error', ...(body && { body: JSON.stringify(body) }) }
}

async function attemptOnce<T>(
  request: Request<T>,
  init: RequestInit,
  { asking, attempts }: { readonly asking: Transport; readonly attempts: number },
): Promise<{ readonly json: T } | ProblemError | NoResponseError> {
  const { method, path, signal, secret } = request
  const limit = AbortSignal.timeout(asking.attemptMs)
  const until = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const noAnswer = (why: string, cause?: unknown) =>
    new NoResponseError(`${method} ${path.split('?')[0]}: ${why}, attempt ${attempts}`, { cause })
  try {
    const response = await asking.fetch(`${asking.base}${path}`, { ...init, signal: until })
    const text = await response.text()
    if (!response.ok) return parseProblem(response, text, { attempts, secret })
    const json = jsonOf(text)
    if (request.isAnswer(json)) return { json }
    return noAnswer(`the answer, ${response.status}, is none of the API`)
  } catch (cause) {
    signal?.throwIfAborted()
    if (isMistake(cause)) throw cause
    return noAnswer('no answer', cause)
  }
}

/**
 * What no network is at fault for. `fetch` calls an answer that did not come a `TypeError`, as engines do what is none: by
 * their words alone can these be told apart (`x is not a function`, `Cannot read properties of undefined`, `x is null`).
 */
function isMistake(error: unknown): boolean {
  if (error instanceof TypeError) return /\bis (not|undefined|null)\b|\bof (undefined|null)\b/.test(error.message)
  return error instanceof ReferenceError || error instanceof RangeError || error instanceof SyntaxError
}

/** Undefined for nothing; what is no JSON stays text, which no answer is. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
