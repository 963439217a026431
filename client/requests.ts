import type { ProblemDocument } from '../shared/openapi/types.ts'
import { NoAnswerError, ProblemError } from './problem-error.ts'

/** Sends one request: `globalThis.fetch`, or one that signs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How to ask. */
export interface Asking {
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
export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: object
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal | undefined
  /** What no error may repeat. */
  readonly secret?: string
}

/** Longest that is waited for another attempt, in milliseconds: a minute, the window of the API's quota. */
const longestWaitMs = 60_000

/** The first wait where the API names none, in milliseconds; it doubles, and up to half of it is left to chance. */
const firstWaitMs = 200

/** Not done, or done without a word of it: the gateway's 500, 502 and 504 as well as the API's own 429 and 503. */
const passing: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/**
 * Asks until there is an answer that will not change, and gives its JSON; undefined for 204. Rejects with a `ProblemError`
 * when the API says no, with a `NoAnswerError` when nobody answers, and with the signal's reason when that is aborted.
 */
export async function ask(request: Request, asking: Asking): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await attemptOnce(request, asking, attempt)
    if (!(answer instanceof Error)) return answer.json
    const ms = waitAfter(answer, attempt)
    if (attempt >= asking.attempts || ms === undefined) throw answer
    await asking.wait(ms, request.signal)
  }
}

/** Milliseconds until another attempt makes sense, or undefined when none does. */
function waitAfter(error: ProblemError | NoAnswerError, attempt: number): number | undefined {
  const backoffMs = Math.min(firstWaitMs * 2 ** (attempt - 1), longestWaitMs) * (0.5 + Math.random() / 2)
  if (error instanceof NoAnswerError) return backoffMs
  const { status, retryAfterSeconds } = error
  // The first request under this Idempotency-Key is still under way: 409 with a time.
  const comesRound = passing.has(status) || (status === 409 && retryAfterSeconds !== undefined)
  const ms = retryAfterSeconds === undefined ? backoffMs : retryAfterSeconds * 1000
  return comesRound && ms <= longestWaitMs ? ms : undefined
}

async function attemptOnce(
  request: Request,
  asking: Asking,
  attempt: number,
): Promise<{ readonly json: unknown } | ProblemError | NoAnswerError> {
  const { method, path, signal } = request
  try {
    const limit = AbortSignal.timeout(asking.attemptMs)
    const response = await asking.fetch(`${asking.base}${path}`, {
      method,
      headers: headersOf(request),
      ...(request.body && { body: JSON.stringify(request.body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    const text = await response.text()
    return response.ok ? { json: jsonOf(text) } : problemOf(response, text, { attempt, secret: request.secret })
  } catch (cause) {
    signal?.throwIfAborted()
    return new NoAnswerError(`${method} ${path.split('?')[0]}: no answer, attempt ${attempt}`, { cause })
  }
}

function headersOf({ body, idempotencyKey }: Request): Record<string, string> {
  return {
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
  }
}

/** What the parser says of broken text may repeat some of it, and that may be half a link. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('the answer is not JSON')
  }
}

function problemOf(
  { status, headers }: Response,
  text: string,
  { attempt, secret }: { readonly attempt: number; readonly secret: string | undefined },
): ProblemError {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true
  const safe = secret === undefined || secret === '' ? text : text.replaceAll(secret, '…')
  const told = isProblem ? documentOf(safe) : gatewayWords(safe)
  return new ProblemError({ ...told, status, retryAfterSeconds: retryAfter(headers), attempts: attempt })
}

function documentOf(text: string): Partial<ProblemDocument> {
  try {
    return JSON.parse(text) as ProblemDocument
  } catch {
    return {}
  }
}

/** What API Gateway itself turns down has one line: `{"message": "…"}`, or `Message`. Of others' answers nothing is told. */
function gatewayWords(text: string): Partial<ProblemDocument> {
  const [, detail] = /^\{"[Mm]essage":\s*"([^"\\]{1,500})/.exec(text) ?? []
  return detail === undefined ? {} : { detail }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
