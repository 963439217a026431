import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { LogLine, QueuedMessage, Transport, WebhooksPorts } from '../../../jobs/webhooks/ports.ts'
import { manualClock } from '../machine/clock.ts'
import { bytesOf, testWebhookSecret } from './events.ts'

/** How long a queue hides a message that its reader says nothing about, in milliseconds. */
const visibilityMs = 360_000

/** Receives after which a queue itself moves a message to the dead-letter queue: as infra/resources/webhooks.ts says. */
const maxReceives = 16

/** A message in the queue. */
export interface Stored {
  readonly messageId: string
  readonly body: string
  receives: number
  visibleAt: number
}

/** A queue of SQS on a clock of its own, read as Lambda reads it: at least once, with partial batch failures. */
export function simulatedQueue(transport: Transport) {
  const clock = manualClock()
  const messages: Stored[] = []
  const dead: string[] = []
  const lines: LogLine[] = []
  const find = ({ messageId }: QueuedMessage) => messages.find(each => each.messageId === messageId)
  const failing = { queue: false }
  const ports: WebhooksPorts = {
    clock,
    random: () => 0.5,
    transport,
    secrets: { keysOf: async () => [bytesOf(testWebhookSecret)] },
    queue: {
      delay: async (message, seconds) => {
        if (failing.queue) throw new Error('down')
        const stored = find(message)
        if (stored) stored.visibleAt = clock.now() + seconds * 1000
      },
      bury: async ({ body }) => {
        if (failing.queue) throw new Error('down')
        dead.push(body)
      },
    },
    log: line => void lines.push(line),
  }

  /** Sends a message and returns its id. */
  function send(body: string): string {
    const messageId = `message-${messages.length + dead.length + lines.length}`
    messages.push({ messageId, body, receives: 0, visibleAt: clock.now() })
    return messageId
  }

  /** Lets time pass until the next message is visible, and has the function read all that are. Returns false if none is left. */
  async function turn(handler: (event: SQSEvent) => Promise<SQSBatchResponse>): Promise<boolean> {
    const next = Math.min(...messages.map(({ visibleAt }) => visibleAt))
    if (messages.length === 0) return false
    if (next > clock.now()) clock.advance(next - clock.now())
    const visible = messages.filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, 10)
    for (const message of visible.filter(({ receives }) => receives >= maxReceives)) {
      dead.push(message.body)
      messages.splice(messages.indexOf(message), 1)
    }
    const received = visible.filter(message => messages.includes(message))
    for (const message of received) {
      message.receives += 1
      message.visibleAt = clock.now() + visibilityMs
    }
    const { batchItemFailures } = await handler({ Records: received.map(recordOfMessage) })
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    for (const message of received.filter(({ messageId }) => !failed.has(messageId))) {
      messages.splice(messages.indexOf(message), 1)
    }
    return true
  }

  return { ports, clock, messages, dead, lines, failing, send, turn }
}

/** Returns a message as Lambda gets it. */
export function recordOfMessage({ messageId, body, receives }: Stored): SQSRecord {
  return {
    messageId,
    receiptHandle: `handle-of-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'events',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:once-webhooks-orders',
    awsRegion: 'us-east-1',
  }
}
