import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Queue } from '../ports.ts'

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 5000

/** Creates the queues of this Region: those that messages name, and the dead-letter queue by its URL. */
export function sqsQueue(deadLetterUrl: string): Queue {
  const client = new SQSClient({ maxAttempts: 3 })
  const options = () => ({ abortSignal: AbortSignal.timeout(callMs) })
  return {
    async delay({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = urlOf(queueArn, deadLetterUrl)
      const change = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }
      await client.send(new ChangeMessageVisibilityCommand(change), options())
    },
    async bury({ body }) {
      await client.send(new SendMessageCommand({ QueueUrl: deadLetterUrl, MessageBody: body }), options())
    },
  }
}

/** Returns the URL of a queue beside another: both are in one account and Region, and a URL ends in the name. */
function urlOf(queueArn: string, besideUrl: string): string {
  return besideUrl.replace(/[^/]+$/, queueArn.split(':').at(-1) ?? '')
}
