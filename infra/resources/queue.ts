import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'

/** SQS keeps messages for no longer than this, in days. */
const retentionDays = 14

/** Creates a queue that is encrypted, reached over TLS only, and goes with its stack. @default messages stay as long as SQS keeps any */
export function createQueue(scope: Construct, id: string, props: sqs.QueueProps): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(retentionDays),
    removalPolicy: RemovalPolicy.DESTROY,
    ...props,
  })
}

/** Creates such a queue for operators: of what failed for good. */
export function createDeadLetterQueue(scope: Construct, id: string, props: sqs.QueueProps): sqs.Queue {
  const queue = createQueue(scope, id, props)
  acknowledge(queue, { SQS3: 'This queue is the dead-letter queue.' })
  return queue
}
