import type { APIGatewayProxyResult } from 'aws-lambda'
import { answerHeaders } from '../shared/answer-headers.ts'
import { describeInvalid, type InvalidField } from '../shared/fields.ts'
import type { LinkId } from '../shared/link.ts'
import { problemText, problemType } from '../shared/problem.ts'
import { type Reason as RefusalReason, type ToldRefusal, toldRefusal } from '../shared/refusal.ts'
import type { LogLine } from './ports.ts'

/** What a request came to. Refusals are values: nobody throws to say "no". */
export type Answer =
  | {
      readonly outcome: Exclude<LogLine['outcome'], 'refused'>
      readonly status: number
      readonly linkId: LinkId
      readonly body?: object
      readonly headers?: Readonly<Record<string, string>>
    }
  | Rejection
  | Denial

/** Why a request to the api is turned down. */
export interface Rejection {
  readonly outcome: 'refused'
  readonly reason: Reason
  /** What is wrong with which field, where it is about fields. */
  readonly errors?: readonly InvalidField[]
  readonly headers?: Readonly<Record<string, string>>
  readonly linkId?: undefined
}

/** Why a nonce is not exchanged: a row of the table that the edge refuses by. */
export interface Denial {
  readonly outcome: 'refused'
  /** For the log. */
  readonly reason: RefusalReason
  /** For the caller. */
  readonly told: ToldRefusal
  readonly linkId?: LinkId
}

/** Every reason of the api, in order of precedence. Those for which a nonce is not exchanged are in shared/refusal.ts. */
const table = {
  'no-such-route': { status: 404, title: 'There is nothing here', detail: 'See /links, /links/{id} and /exchange.' },
  'method-not-allowed': {
    status: 405,
    title: 'This method is not allowed here',
    detail: 'The Allow header lists those that are.',
  },
  'not-json': { status: 415, title: 'The body must be JSON', detail: 'Send Content-Type: application/json.' },
  'body-too-large': { status: 413, title: 'The body is too large', detail: 'At most 16384 bytes.' },
  'invalid-json': { status: 400, title: 'The body is not valid JSON', detail: 'Send one JSON object in UTF-8.' },
  'invalid-fields': { status: 400, title: 'The request has invalid fields', detail: '' },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    detail: 'Use a fresh key for every new link.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way',
    detail: 'Send the same request again after the time in Retry-After.',
  },
  'idempotency-key-retired': {
    status: 409,
    title: 'The answer to this Idempotency-Key is gone',
    detail: 'The key that made its link was retired, so the link is dead. Use a fresh Idempotency-Key.',
  },
  'no-such-link': {
    status: 404,
    title: 'There is no such link',
    detail: 'It was never issued, was used without a receipt, or was removed after its expiry. It cannot be redeemed.',
  },
  'already-used': {
    status: 409,
    title: 'The link was used before it could be withdrawn',
    detail: 'GET /links/{id} shows its receipt.',
  },
  unavailable: { status: 503, title: 'The request could not be completed', detail: 'Send it again.' },
} as const

type Reason = keyof typeof table

/** Turns down with `reason`. */
export function reject(reason: Reason, more: Pick<Rejection, 'errors' | 'headers'> = {}): Rejection {
  return { outcome: 'refused', reason, ...more }
}

/** Refuses to exchange a nonce; with `uniform`, all refusals about a nonce say the same. */
export function deny(reason: RefusalReason, uniform: boolean, linkId?: LinkId): Denial {
  const denial = { outcome: 'refused', reason, told: toldRefusal(reason, uniform) } as const
  return linkId === undefined ? denial : { ...denial, linkId }
}

/** The HTTP status of an answer. */
export function statusOf(answer: Answer): number {
  if (answer.outcome !== 'refused') return answer.status
  return 'told' in answer ? answer.told.row.status : table[answer.reason].status
}

/** Turns an answer into what API Gateway sends (AWS, "Output format of a Lambda function for proxy integration"). */
export function respond(answer: Answer, requestId: string): APIGatewayProxyResult {
  const { body, type, headers } = answer.outcome === 'refused' ? problemOf(answer, requestId) : jsonOf(answer)
  return {
    statusCode: statusOf(answer),
    headers: { ...answerHeaders, ...(body === '' ? {} : { 'content-type': type }), ...headers },
    body,
  }
}

/** A body, its media type, and the headers that an answer has beside those of all answers. */
interface Content {
  readonly body: string
  readonly type: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

function jsonOf({ body, headers }: Exclude<Answer, Rejection | Denial>): Content {
  return { body: body === undefined ? '' : JSON.stringify(body), type: 'application/json', headers }
}

function problemOf(answer: Rejection | Denial, requestId: string): Content {
  if ('told' in answer) return denialOf(answer, requestId)
  const { reason, errors, headers } = answer
  const { status, title, detail } = table[reason]
  const about = { status, title, detail: errors?.map(describeInvalid).join('; ') ?? detail, reason, requestId }
  return { body: problemText(about, errors && { errors }), type: problemType, headers }
}

function denialOf({ told: { row, reason } }: Denial, requestId: string): Content {
  const { status, title, detail, retryAfterSeconds } = row
  const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return { body: problemText({ status, title, detail, reason, requestId }), type: problemType, headers }
}
