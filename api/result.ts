import type { APIGatewayProxyResult } from 'aws-lambda'
import { type ApiReason, apiRefusals } from '../shared/api/refusal.ts'
import { describeInvalid, type InvalidField } from '../shared/fields.ts'
import { createProblem, problemType, securityHeaders } from '../shared/http.ts'
import type { LinkId } from '../shared/link.ts'
import { type DisplayedRefusal, displayedRefusal, type Reason as RefusalReason } from '../shared/refusal.ts'
import type { ProblemDocument } from '../shared/schemas/types.ts'
import type { LogLine } from './ports.ts'

/** Headers of one response besides those that every response has; names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** Result of a request. Refusals are values: no function throws to refuse. */
export type ApiResult = Done | Refusal

/** Result of a request that succeeded. */
interface Done {
  readonly kind: 'done'
  readonly outcome: Exclude<LogLine['outcome'], 'refused'>
  readonly status: number
  /** The link, if the request is about one. */
  readonly linkId?: LinkId
  readonly body?: object
  readonly headers?: Headers
  /** The log line of each link of a batch. */
  readonly items?: readonly LogLine[]
  /** Error that did not keep the request from succeeding, for the log. */
  readonly error?: unknown
}

/** Result of a request that was refused. */
export type Refusal = ApiRefusal | NonceRefusal

/** Refusal of a request to the API. */
export interface ApiRefusal {
  readonly kind: 'api-refusal'
  readonly reason: ApiReason
  /** The wrong fields, if the reason is about fields. */
  readonly errors?: readonly InvalidField[]
  /** Seconds after which sending the request again may help. */
  readonly retryAfterSeconds?: number
  /** With `capability-alive`: until then the URL works. RFC 3339. */
  readonly capabilityEndsAt?: string
  readonly headers?: Headers
  /** The log line of each link of a batch. */
  readonly items?: readonly LogLine[]
  readonly linkId?: undefined
}

/** Refusal to exchange a nonce, from the table of refusals that the edge uses. */
export interface NonceRefusal {
  readonly kind: 'nonce-refusal'
  /** For the log. */
  readonly reason: RefusalReason
  /** For the caller. */
  readonly displayed: DisplayedRefusal
  /** Tries that are left after a wrong passphrase. */
  readonly triesLeft?: number
  readonly linkId?: LinkId
}

/** Makes a refusal for `reason`. */
export function refuse(
  reason: ApiReason,
  details: Pick<ApiRefusal, 'errors' | 'headers' | 'retryAfterSeconds' | 'capabilityEndsAt'> = {},
): ApiRefusal {
  return { kind: 'api-refusal', reason, ...details }
}

/** Refusal after an error, or if time ran out. Sending the request again is safe. */
export const unavailable: ApiRefusal = refuse('unavailable', { retryAfterSeconds: 5 })

/** Makes a refusal to exchange a nonce. With `uniform`, the caller sees the same for every refusal about a nonce. */
export function refuseNonce(reason: RefusalReason, uniform: boolean, linkId?: LinkId): NonceRefusal {
  const refusal = { kind: 'nonce-refusal', reason, displayed: displayedRefusal(reason, uniform) } as const
  return linkId === undefined ? refusal : { ...refusal, linkId }
}

/** Returns the HTTP status of a result. */
export function statusOf(result: ApiResult): number {
  return result.kind === 'done' ? result.status : rowOf(result).status
}

function rowOf(refusal: Refusal): Pick<DisplayedRefusal['refusal'], 'title' | 'detail'> & { readonly status: number } {
  return refusal.kind === 'nonce-refusal' ? refusal.displayed.refusal : apiRefusals[refusal.reason]
}

/** Returns the seconds of the response's Retry-After; undefined if it has none. */
export function retryAfterOf(result: ApiResult): number | undefined {
  if (result.kind === 'done') return undefined
  return result.kind === 'nonce-refusal' ? result.displayed.refusal.retryAfterSeconds : result.retryAfterSeconds
}

/** Returns the problem document (RFC 9457) of a refusal. */
export function problemOf(refusal: Refusal, requestId: string): ProblemDocument {
  if (refusal.kind === 'nonce-refusal') {
    const { refusal: row, reason } = refusal.displayed
    const { triesLeft } = refusal
    const more = reason === 'wrong-passphrase' && triesLeft !== undefined ? { triesLeft } : {}
    return createProblem({ status: row.status, title: row.title, detail: row.detail, reason, requestId }, more)
  }
  const { reason, errors, capabilityEndsAt } = refusal
  const { status, title, detail } = apiRefusals[reason]
  const about = { status, title, detail: errors?.map(describeInvalid).join('; ') ?? detail, reason, requestId }
  return createProblem(about, {
    ...(errors && { errors: [...errors] }),
    ...(capabilityEndsAt !== undefined && { capabilityEndsAt }),
  })
}

/**
 * Turns a result into the response for API Gateway (AWS, "Output format of a Lambda function for proxy integration");
 * `extraHeaders` come after its own.
 */
export function respond(result: ApiResult, requestId: string, extraHeaders: Headers = {}): APIGatewayProxyResult {
  const isRefusal = result.kind !== 'done'
  const content = isRefusal ? problemOf(result, requestId) : result.body
  const type = isRefusal ? problemType : 'application/json'
  const seconds = retryAfterOf(result)
  return {
    statusCode: statusOf(result),
    headers: {
      ...securityHeaders,
      ...(content === undefined ? {} : { 'content-type': type }),
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
      ...(result.kind === 'nonce-refusal' ? {} : result.headers),
      ...extraHeaders,
    },
    body: content === undefined ? '' : JSON.stringify(content),
  }
}
