import { Aws, Duration } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn, bucketArn, tableArn } from '../placement/names.ts'
import { edgeStackRegion } from '../settings/settings.ts'
import { proofLogDays } from './access-logs.ts'
import { createDeadLetterQueue, createQueue } from './queue.ts'
import { RegionalFunction } from './regional-function.ts'

/** Seconds that a run may take, and attempts to read an object before its notification waits for operators. */
const timeoutSeconds = 300
const attempts = 10

/**
 * The function that reads CloudFront's access logs into the table of deliveries (jobs/deliveries/), in us-east-1, where the logs are. S3
 * puts a notification of each object into a queue, so that what fails comes again, and in the end waits in another.
 */
export class LogReader extends Construct {
  /** Gets S3's notifications. */
  readonly queue: sqs.Queue

  constructor(scope: Construct, id: string, props: DeploymentProps) {
    super(scope, id)
    this.queue = this.#createQueue(props)
    this.#createFunction(props).readFrom(this, 'Notifications', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      // CloudFront writes many small objects at once; this is fast enough for all, and leaves the account its concurrency.
      maxConcurrency: 5,
    })
  }

  #createQueue({ names }: DeploymentProps): sqs.Queue {
    const retentionPeriod = Duration.days(proofLogDays)
    const unread = createDeadLetterQueue(this, 'Unread', { queueName: names.unreadLogsQueue, retentionPeriod })
    const queue = createQueue(this, 'Queue', {
      retentionPeriod,
      visibilityTimeout: Duration.seconds(timeoutSeconds * 6), // Lambda, "Using Lambda with Amazon SQS"
      deadLetterQueue: { queue: unread, maxReceiveCount: attempts },
    })
    queue.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': bucketArn(names.accessLogBucket) },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    )
    return queue
  }

  #createFunction({ settings, names }: DeploymentProps): RegionalFunction {
    const reader = new RegionalFunction(this, 'Function', {
      folder: 'deliveries',
      settings,
      functionName: names.jobFunction('deliveries'),
      description: 'Reads access logs into what is known of deliveries',
      timeout: timeoutSeconds,
      environment: { LOG_BUCKET: names.accessLogBucket, ...(settings.events && { EVENT_BUS: names.bus }) },
    })
    const objects = `${bucketArn(names.accessLogBucket)}/AWSLogs/${Aws.ACCOUNT_ID}/*`
    reader.allow(['s3:GetObject'], [objects])
    const [home] = settings.homeRegions
    reader.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tableArn(names.deliveriesTable, home)])
    if (settings.events) {
      // It publishes nothing of a link that is not used, and names the endpoint of others.
      reader.allow(['dynamodb:GetItem'], [tableArn(names.linksTable, home)])
      reader.allow(['events:PutEvents'], [arn('events', edgeStackRegion, `event-bus/${names.bus}`)])
    }
    reader.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queue.queueArn])
    acknowledge(reader.role, { [`IAM5[Resource::${objects}]`]: 'CloudFront chooses the names of log objects.' })
    return reader
  }
}
