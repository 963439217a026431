import type { ProblemDocument } from '../shared/schemas/types.ts'

/** The reason of a link whose object is being scanned. */
export const uncheckedReason = 'object-unchecked'

/** Returns whether the scan of the object is why there is no link. */
export function isOfCheck({ reason }: { readonly reason: string }): boolean {
  return reason === uncheckedReason || reason === 'object-refused'
}

/** What an error needs to know beside the response. */
export interface ResponseContext {
  /** Attempts so far, this one included. */
  readonly attempts: number
  /** Replaced by `…` in all fields of the error. */
  readonly secrets?: readonly (string | undefined)[]
}

/**
 * Parses a response with a status of 400 or more. Takes the valid members of a problem document, and of any other body only the
 * one-line message of API Gateway.
 */
export function parseProblem(
  { status, headers }: Response,
  text: string,
  { attempts, secrets = [] }: ResponseContext,
): ProblemError {
  const safe = secrets.reduce<string>((all, secret) => (secret ? all.replaceAll(secret, '…') : all), text)
  const fields = isProblem(status, headers.get('content-type')) ? readDocument(safe) : {}
  return new ProblemError({
    ...readGatewayMessage(safe),
    ...fields,
    status,
    retryAfterSeconds: retryAfter(headers),
    attempts,
  })
}

/**
 * Whether a response of this status and media type has a problem document. The firewall (AWS WAF) sends one with `429`, and
 * knows only the type `application/json` for it.
 */
function isProblem(status: number, type: string | null | undefined): boolean {
  if (type?.startsWith('application/problem+json') === true) return true
  return status === 429 && type?.startsWith('application/json') === true
}

function readDocument(text: string): Partial<ProblemFields> {
  const members = parseJsonObject(text)
  const names = ['title', 'detail', 'reason', 'requestId', 'capabilityEndsAt'] as const
  const texts = names.filter(name => typeof members[name] === 'string').map(name => [name, members[name]])
  const { errors, triesLeft } = members
  return {
    ...(Object.fromEntries(texts) as Partial<ProblemFields>),
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
    ...(typeof triesLeft === 'number' && { triesLeft }),
  }
}

function isFieldError(value: unknown): value is FieldError {
  if (typeof value !== 'object' || value === null) return false
  const { field, got, allowed } = value as Readonly<Record<string, unknown>>
  return [field, got, allowed].every(each => typeof each === 'string')
}

/** Returns the members of a JSON object; none if the text is not a JSON object. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** Reads a refusal of API Gateway itself: `{"message": "…"}` or `{"Message": "…"}`. Returns nothing for other bodies. */
function readGatewayMessage(text: string): Partial<ProblemFields> {
  const [, detail] = /^\{"[Mm]essage":\s*"([^"\\]{1,500})/.exec(text) ?? []
  return detail === undefined ? {} : { detail }
}

/** Returns seconds. The header has seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

/** A field that the API refused: its name, the value it got, and what is allowed. */
export type FieldError = NonNullable<ProblemDocument['errors']>[number]

/** The known fields of a refusal. */
export type ProblemFields = Partial<Omit<ProblemDocument, 'requestId'>> & {
  readonly requestId?: string | undefined
  readonly status: number
  readonly retryAfterSeconds?: number | undefined
  readonly attempts: number
}

/**
 * The API, or a gateway or proxy before it, refused the request. Programs use `reason`; `message` is for people. No field
 * contains a nonce. A response that is not a problem document, such as a proxy's, has the reason `unknown`.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  /** HTTP status, 400 or more. */
  readonly status: number
  /** Stable name of the refusal, such as `invalid-fields` or `no-such-link`; docs/openapi.json lists all. `unknown` if there is none. */
  readonly reason: string
  /** The refusal in a few words, for people. */
  readonly title: string
  /** Why the request was refused, for people; may be empty. */
  readonly detail: string
  /** Every wrong field if the reason is `invalid-fields`; with some others, such as `object-refused`, what they are about; or empty. */
  readonly errors: readonly FieldError[]
  /** Tries that are left if the reason is `wrong-passphrase`, where the deployment says so; after the last one it is `locked`. */
  readonly triesLeft: number | undefined
  /** Until when the URL works if the reason is `capability-alive`. RFC 3339. */
  readonly capabilityEndsAt: string | undefined
  /** Id of the request in the API's logs; undefined if the response has none. */
  readonly requestId: string | undefined
  /** Seconds after which another attempt makes sense, from `Retry-After`; undefined if the response has none. */
  readonly retryAfterSeconds: number | undefined
  /**
   * Attempts that were made. If more than 1, an earlier attempt may have taken effect and its response was lost: an exchange
   * refused as `spent`, or as `not-redeemable` where all refusals look the same, may have been your own.
   */
  readonly attempts: number

  constructor(fields: ProblemFields) {
    const { status, reason = 'unknown', title = 'The request was refused', detail = '' } = fields
    super(`${status} ${reason}: ${detail === '' ? title : detail}`)
    this.status = status
    this.reason = reason
    this.title = title
    this.detail = detail
    this.errors = fields.errors ?? []
    this.triesLeft = fields.triesLeft
    this.capabilityEndsAt = fields.capabilityEndsAt
    this.requestId = fields.requestId
    this.retryAfterSeconds = fields.retryAfterSeconds
    this.attempts = fields.attempts
  }
}

/**
 * No response came, or one that is not from the API, such as a login page. The request may still have taken effect: repeat the
 * call with the same `idempotencyKey` to find out. `cause` has the underlying error, if any. No field contains a nonce.
 */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError'
}

/**
 * A file did not arrive whole, and this download can't go on. `message` and `cause` say why. The link is used; while its URL works,
 * `download` goes on with `resume`.
 */
export class DownloadError extends NoResponseError {
  /** Why the URL no longer works here: its time is over, or it is bound to another address; undefined if it may still work. */
  readonly refusal: 'ended' | 'other-address' | undefined

  constructor(
    message: string,
    { cause, refusal }: { readonly cause: Error; readonly refusal?: DownloadError['refusal'] },
  ) {
    super(message, { cause })
    this.refusal = refusal
  }
}
