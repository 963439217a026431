import type { Account, AwsError } from './account.ts'

/** A request to a service. */
export interface Call {
  readonly account: Account
  readonly region: string
  readonly service: string
  readonly method: string
  readonly url: URL
  /** The operation: an action, or method and path. */
  readonly operation: string
  readonly body: string
}

/** How services of one protocol respond. */
export interface Protocol {
  /** Returns the body of a successful response; throws an `AwsError` otherwise. */
  respond(call: Call): string
  /** The content type of all responses. */
  readonly type: string
  /** Returns the body of an error response. */
  errorBody(error: AwsError): string
}
