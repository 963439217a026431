import type { ProblemDocument } from '../shared/schemas/types.ts'

/** What an answer is turned down with, and by whom it was asked for. */
export interface ResponseContext {
  readonly attempts: number
  /** What no error may repeat. */
  readonly secret?: string | undefined
}

/** What an answer from 400 on says: of a problem document what is as it should be, of others' next to nothing. */
export function parseProblem(
  { status, headers }: Response,
  text: string,
  { attempts, secret }: ResponseContext,
): ProblemError {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true
  const safe = secret === undefined || secret === '' ? text : text.replaceAll(secret, '…')
  const told = isProblem ? documentOf(safe) : gatewayWords(safe)
  return new ProblemError({ ...told, status, retryAfterSeconds: retryAfter(headers), attempts })
}

function documentOf(text: string): Partial<ProblemFields> {
  const members = parseJsonObject(text)
  const names = ['title', 'detail', 'reason', 'requestId'] as const
  const texts = names.filter(name => typeof members[name] === 'string').map(name => [name, members[name]])
  const { errors } = members
  return {
    ...(Object.fromEntries(texts) as Partial<ProblemFields>),
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  }
}

function isFieldError(value: unknown): value is FieldError {
  if (typeof value !== 'object' || value === null) return false
  const { field, got, allowed } = value as Readonly<Record<string, unknown>>
  return [field, got, allowed].every(each => typeof each === 'string')
}

/** Returns the members of a JSON object; none for text that is not one. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** What API Gateway itself turns down has one line: `{"message": "…"}`, or `Message`. Of others' answers nothing is told. */
function gatewayWords(text: string): Partial<ProblemFields> {
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

/** One field that the API turned down: which, what it got and what is allowed. */
export type FieldError = NonNullable<ProblemDocument['errors']>[number]

/** What an answer from 400 on says, as far as it says anything. */
export type ProblemFields = Partial<ProblemDocument> & {
  readonly status: number
  readonly retryAfterSeconds?: number | undefined
  readonly attempts: number
}

/**
 * The API said no. `reason` is for programs, the message for people; neither it nor any other field holds a nonce.
 * Answers that are no problem documents, as those of a proxy, have the reason `unknown`.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  /** The HTTP status, 400 or more. */
  readonly status: number
  /** Such as `invalid-fields` or `no-such-link`: docs/api.md lists them. */
  readonly reason: string
  readonly title: string
  readonly detail: string
  /** Every wrong field, with the reason `invalid-fields`; else empty. */
  readonly errors: readonly FieldError[]
  /** The request as the API's logs know it. */
  readonly requestId: string | undefined
  /** When it makes sense to ask again, in seconds, if the API said so. */
  readonly retryAfterSeconds: number | undefined
  /**
   * How often it was asked. Above 1 an earlier attempt may have done what this one was refused for: an exchange that is
   * refused as `spent`, or as `not-redeemable` where all refusals look the same, may have been this caller's own.
   */
  readonly attempts: number

  constructor(told: ProblemFields) {
    const { status, reason = 'unknown', title = 'The request was turned down', detail = '' } = told
    super(`${status} ${reason}: ${detail === '' ? title : detail}`)
    this.status = status
    this.reason = reason
    this.title = title
    this.detail = detail
    this.errors = told.errors ?? []
    this.requestId = told.requestId
    this.retryAfterSeconds = told.retryAfterSeconds
    this.attempts = told.attempts
  }
}

/** Nobody answered, or what came was no answer of the API. `cause` says more; it holds no nonce either. */
export class NoResponseError extends Error {
  override readonly name = 'NoAnswerError'
}
