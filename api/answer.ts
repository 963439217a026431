import type { APIGatewayProxyResult } from 'aws-lambda'
import { answerHeaders } from '../shared/answer-headers.ts'
import { type ApiReason, apiRefusals } from '../shared/api-refusal.ts'
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
      /** Of an answer about one link. */
      readonly linkId?: LinkId
      readonly body?: object
      readonly headers?: Readonly<Record<string, string>>
    }
  | Rejection
  | Denial

/** Why a request to the api is turned down. */
export interface Rejection {
  readonly outcome: 'refused'
  readonly reason: ApiReason
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

/** Turns down with `reason`. */
export function reject(reason: ApiReason, more: Pick<Rejection, 'errors' | 'headers'> = {}): Rejection {
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
  return 'told' in answer ? answer.told.row.status : apiRefusals[answer.reason].status
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
  const { status, title, detail } = apiRefusals[reason]
  const about = { status, title, detail: errors?.map(describeInvalid).join('; ') ?? detail, reason, requestId }
  return { body: problemText(about, errors && { errors }), type: problemType, headers }
}

function denialOf({ told: { row, reason } }: Denial, requestId: string): Content {
  const { status, title, detail, retryAfterSeconds } = row
  const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return { body: problemText({ status, title, detail, reason, requestId }), type: problemType, headers }
}
