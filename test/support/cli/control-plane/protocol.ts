import type { Account, AwsError } from './account.ts'

/** One request, as a service sees it. */
export interface Call {
  readonly account: Account
  readonly region: string
  readonly service: string
  readonly method: string
  readonly url: URL
  /** What is asked for: an action, or method and path. */
  readonly operation: string
  readonly body: string
}

/** How services that speak alike are answered, and how they say no. */
export interface Protocol {
  answer(call: Call): string
  readonly type: string
  refusal(error: AwsError): string
}
