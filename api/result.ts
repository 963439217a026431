import type { APIGatewayProxyResult } from 'aws-lambda'
import { type ApiReason, apiRefusals } from '../shared/api-refusal.ts'
import { describeInvalid, type InvalidField } from '../shared/fields.ts'
import { securityHeaders, problemType, createProblem } from '../shared/http.ts'
import type { LinkId } from '../shared/link.ts'
import { type Reason as RefusalReason, type DisplayedRefusal, displayedRefusal } from '../shared/refusal.ts'
import type { ProblemDocument } from '../shared/schemas/types.ts'
import type { LogLine } from './ports.ts'

/** Headers of one answer beside those that all have; names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** What a request came to. Refusals are values: nobody throws to say "no". */
export type ApiResult = Done | Refusal

/** A request that was done. */
export interface Done {
  readonly outcome: Exclude<LogLine['outcome'], 'refused'>
  readonly status: number
  /** Of an answer about one link. */
  readonly linkId?: LinkId
  readonly body?: object
  readonly headers?: Headers
  /** What went wrong on the way, though the request was done: for the log. */
  readonly error?: unknown
}

/** A request that was turned down. */
export type Refusal = ApiRefusal | NonceRefusal

/** Why a request to the api is turned down. */
export interface ApiRefusal {
  readonly outcome: 'refused'
  readonly reason: ApiReason
  /** What is wrong with which field, where it is about fields. */
  readonly errors?: readonly InvalidField[]
  /** When it makes sense to send it again. */
  readonly retryAfterSeconds?: number
  readonly headers?: Headers
  readonly linkId?: undefined
}

/** Why a nonce is not exchanged: a row of the table that the edge refuses by. */
export interface NonceRefusal {
  readonly outcome: 'refused'
  /** For the log. */
  readonly reason: RefusalReason
  /** For the caller. */
  readonly told: DisplayedRefusal
  readonly linkId?: LinkId
}

/** Turns down with `reason`. */
export function refuse(
  reason: ApiReason,
  more: Pick<ApiRefusal, 'errors' | 'headers' | 'retryAfterSeconds'> = {},
): ApiRefusal {
  return { outcome: 'refused', reason, ...more }
}

/** What is said when something went wrong, or there was no time: nothing was done that a repeat would not do again. */
export const unavailable: ApiRefusal = refuse('unavailable', { retryAfterSeconds: 5 })

/** Refuses to exchange a nonce; with `uniform`, all refusals about a nonce say the same. */
export function refuseNonce(reason: RefusalReason, uniform: boolean, linkId?: LinkId): NonceRefusal {
  const denial = { outcome: 'refused', reason, told: displayedRefusal(reason, uniform) } as const
  return linkId === undefined ? denial : { ...denial, linkId }
}

/** The HTTP status of an answer. */
export function statusOf(answer: ApiResult): number {
  if (answer.outcome !== 'refused') return answer.status
  return 'told' in answer ? answer.told.refusal.status : apiRefusals[answer.reason].status
}

/** The seconds after which an answer says that it makes sense to ask again; undefined when it says nothing of it. */
export function retryAfterOf(answer: ApiResult): number | undefined {
  if (answer.outcome !== 'refused') return undefined
  return 'told' in answer ? answer.told.refusal.retryAfterSeconds : answer.retryAfterSeconds
}

/** What a caller is told of a refusal: RFC 9457. */
export function problemOf(answer: Refusal, requestId: string): ProblemDocument {
  if ('told' in answer) {
    const { refusal: row, reason } = answer.told
    return createProblem({ status: row.status, title: row.title, detail: row.detail, reason, requestId }, {})
  }
  const { reason, errors } = answer
  const { status, title, detail } = apiRefusals[reason]
  const about = { status, title, detail: errors?.map(describeInvalid).join('; ') ?? detail, reason, requestId }
  return createProblem(about, errors === undefined ? {} : { errors: [...errors] })
}

/**
 * Turns an answer into what API Gateway sends (AWS, "Output format of a Lambda function for proxy integration"), with
 * `more` headers beside its own.
 */
export function respond(answer: ApiResult, requestId: string, more: Headers = {}): APIGatewayProxyResult {
  const isRefusal = answer.outcome === 'refused'
  const content = isRefusal ? problemOf(answer, requestId) : answer.body
  const type = isRefusal ? problemType : 'application/json'
  const seconds = retryAfterOf(answer)
  return {
    statusCode: statusOf(answer),
    headers: {
      ...securityHeaders,
      ...(content === undefined ? {} : { 'content-type': type }),
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
      ...('headers' in answer ? answer.headers : {}),
      ...more,
    },
    body: content === undefined ? '' : JSON.stringify(content),
  }
}
