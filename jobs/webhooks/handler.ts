import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Endpoint } from '../../shared/webhooks/endpoints.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { type Attempt, notify, type Webhook, webhookOf } from './notify.ts'
import type { LogLine, QueuedMessage, WebhooksPorts } from './ports.ts'

/** A Lambda function that reads the queues of endpoints, with partial batch responses (`ReportBatchItemFailures`). */
export type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>

/** What a message leads to: the attempt, or why there was none. */
type Result = Attempt | { readonly kind: 'hopeless'; readonly reason: 'malformed' | 'no-endpoint' }

/**
 * Creates the function that delivers webhooks. The messages of a batch are delivered at the same time, and each ends by itself:
 *
 * - delivered: the queue forgets it.
 * - failed: the queue shows it again after the delay of the schedule.
 * - failed for the last time, gone, or for no endpoint of these settings: the dead-letter queue gets it, then the queue forgets it.
 *
 * If the queue does not accept that, the message is shown again after the queue's own time. So a webhook may arrive more than once,
 * and none is lost.
 */
export function createHandler(ports: WebhooksPorts, endpoints: readonly Endpoint[]): QueueHandler {
  return async ({ Records }) => {
    const settled = await Promise.all(Records.map(async record => settle(messageOf(record), endpoints, ports)))
    return { batchItemFailures: settled.flatMap(failure => (failure === undefined ? [] : [failure])) }
  }
}

function messageOf({ messageId, receiptHandle, body, attributes, eventSourceARN }: SQSRecord): QueuedMessage {
  return {
    messageId,
    receiptHandle,
    body,
    queueArn: eventSourceARN,
    receives: Number(attributes.ApproximateReceiveCount),
  }
}

/** Handles one message. Returns its failure if the queue must keep it. */
async function settle(message: QueuedMessage, endpoints: readonly Endpoint[], ports: WebhooksPorts) {
  const startedAt = ports.clock.now()
  const webhook = webhookOf(message.body)
  const endpoint = endpoints.find(({ id }) => id === webhook?.notify)
  const result = await attempt(webhook, endpoint, ports)
  const { kind: outcome, ...change } = changeFor(result, message, ports)
  const failure = { itemIdentifier: message.messageId }
  const line = {
    outcome,
    ...change,
    ...namesOf(webhook, endpoint),
    ...('status' in result && { status: result.status }),
    ...('reason' in result && { reason: result.reason }),
    attempt: message.receives,
  }
  const log = (more: Partial<LogLine>) => ports.log({ ...line, ...more, ms: ports.clock.now() - startedAt })
  try {
    if (outcome === 'buried') await ports.queue.bury(message)
    if (change.retryIn !== undefined) await ports.queue.delay(message, change.retryIn)
    log({})
    return outcome === 'retried' ? failure : undefined
  } catch (error) {
    log({ error: rootErrorName(error) })
    return failure
  }
}

async function attempt(
  webhook: Webhook | undefined,
  endpoint: Endpoint | undefined,
  ports: WebhooksPorts,
): Promise<Result> {
  if (webhook === undefined) return { kind: 'hopeless', reason: 'malformed' }
  if (endpoint === undefined) return { kind: 'hopeless', reason: 'no-endpoint' }
  return notify(webhook, endpoint, ports)
}

/** What the queue must do for a result. */
function changeFor(
  result: Result,
  { receives }: QueuedMessage,
  { random }: Pick<WebhooksPorts, 'random'>,
): { readonly kind: LogLine['outcome']; readonly retryIn?: number } {
  if (result.kind === 'delivered') return { kind: 'delivered' }
  if (result.kind !== 'failed') return { kind: 'buried' }
  const retryIn = delayAfter(receives, random, result.retryAfter)
  return retryIn === undefined ? { kind: 'buried' } : { kind: 'retried', retryIn }
}

/** Names for the log, none of which is a secret. */
function namesOf(webhook: Webhook | undefined, endpoint: Endpoint | undefined) {
  return {
    ...(webhook && { eventId: webhook.id, type: webhook.type, linkId: webhook.linkId }),
    ...(endpoint && { endpoint: endpoint.id }),
  }
}

/**
 * Seconds from each attempt to the next, as Standard Webhooks suggests ("Deliverability and reliability"): after the eighth attempt,
 * about 28 hours after the first, there is no other.
 */
export const delays = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600] as const

/** How far a delay may be from that of the schedule, as a share: so that endpoints which return don't get all at once. */
const jitter = 0.1

/** Longest delay, in seconds: SQS hides a message for 12 hours at most, counted from its receipt (SetQueueAttributes). */
export const maxDelaySeconds = 11 * 3600

/** Attempts for one webhook. */
export const maxAttempts = delays.length + 1

/**
 * Returns the seconds until the next attempt; undefined after the last. `attempt` counts from 1. What an endpoint demands with
 * `Retry-After` makes it longer, up to `maxDelaySeconds`, and never shorter.
 */
export function delayAfter(attempt: number, random: () => number, demanded?: number): number | undefined {
  const base = delays[attempt - 1]
  if (base === undefined) return undefined
  const spread = base * (1 - jitter + 2 * jitter * random())
  return Math.min(maxDelaySeconds, Math.ceil(Math.max(spread, demanded ?? 0)))
}
