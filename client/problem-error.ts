import type { ProblemDocument } from '../shared/schemas/types.ts'

/** One field that the API turned down: which, what it got and what is allowed. */
export type FieldError = NonNullable<ProblemDocument['errors']>[number]

/** What an answer from 400 on says, as far as it says anything. */
export type Told = Partial<ProblemDocument> & {
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

  constructor(told: Told) {
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
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}
