import type { Clock } from '../../shared/time.ts'

/** A request to an endpoint. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The head of an endpoint's response. Its body is not read. */
export interface WebhookResponse {
  readonly status: number
  /** The header `Retry-After` as it came. */
  readonly retryAfter?: string | undefined
}

/** The internet. */
export interface Transport {
  /**
   * Sends one POST over a connection of its own, within `attemptMs`. Follows no redirect and connects to public addresses only.
   * Rejects if there is no response; the name of the error says why, and its message is for no log.
   */
  post(request: WebhookRequest): Promise<WebhookResponse>
}

/** Timeout of an attempt from the look-up to the head of the response, in milliseconds (Standard Webhooks: 15 to 30 seconds). */
export const attemptMs = 15_000

/** Where the secrets of endpoints are. */
export interface Secrets {
  /**
   * Returns the keys that sign now, the current one first: for two days after a change of the secret also the one before. They may
   * be five minutes old, or an hour if Secrets Manager fails. Rejects if there is no such secret, or if it is none of webhooks.
   */
  keysOf(secretName: string): Promise<readonly Uint8Array[]>
}

/** A message as a queue delivers it. */
export interface QueuedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  /** The ARN of its queue. */
  readonly queueArn: string
  readonly body: string
  /** How often it was received, this time included. */
  readonly receives: number
}

/** The queue of an endpoint, and the one of messages that no attempt is made for any more. */
export interface Queue {
  /** Makes a message visible again after this number of seconds, at most `maxDelaySeconds`. Rejects if that is not certain. */
  delay(message: QueuedMessage, seconds: number): Promise<void>
  /** Puts a copy of a message into the dead-letter queue. Rejects if it may not be there. */
  bury(message: QueuedMessage): Promise<void>
}

/** What the function needs from outside. */
export interface WebhooksPorts {
  readonly clock: Pick<Clock, 'now'>
  /** Returns a number from 0 up to 1, without 1. */
  readonly random: () => number
  readonly transport: Transport
  readonly secrets: Secrets
  readonly queue: Queue
  readonly log: (line: LogLine) => void
}

/** One line per attempt that did not end as it should. Never a payload, a URL, a header or a secret. */
export interface LogLine {
  readonly outcome: 'delivered' | 'retried' | 'buried'
  /** Why it was not delivered: `status`, `redirect`, `gone`, `no-endpoint`, `malformed`, or the name of an error. */
  readonly reason?: string
  /** Status of the response. */
  readonly status?: number
  /** Id of the endpoint. */
  readonly endpoint?: string
  readonly eventId?: string
  readonly type?: string
  readonly linkId?: string
  readonly attempt: number
  /** Seconds until the next attempt. */
  readonly retryIn?: number
  readonly ms: number
  /** Name of the error of the queue that did not accept this */
  readonly error?: string
}
