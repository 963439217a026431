import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import type { Code } from '../bundle.ts'
import { arn, type Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { streamFilters } from '../stream-filter.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `StreamReader`. */
export interface StreamReaderProps {
  readonly settings: Settings
  readonly names: Names
  readonly region: Region
  readonly code: Code
  /** The ARN of the stream of the table's replica in this Region. */
  readonly streamArn: string
}

/**
 * Publishes events to the bus when links are redeemed, revoked or expired. In mode `home` each home Region publishes those of
 * its own links, although the stream of every replica has all; in mode `strong` one Region publishes all.
 */
export class StreamReader extends Construct {
  constructor(scope: Construct, id: string, props: StreamReaderProps) {
    super(scope, id)
    const { settings, names, code, streamArn } = props
    const [busRegion] = settings.homeRegions
    const publisher = new RegionalFunction(this, 'Teller', {
      functionName: names.apiFunction('events'),
      description: 'Publishes events of links',
      code: lambda.Code.fromAsset(code.events),
      handler: 'index.handler',
      timeout: 60,
      environment: settings.events ? { EVENT_BUS: names.bus, EVENT_BUS_REGION: busRegion } : {},
      logRetentionDays: settings.logRetentionDays,
    })
    if (settings.events) publisher.allow(['events:PutEvents'], [arn('events', busRegion, `event-bus/${names.bus}`)])
    publisher.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn])
    publisher.allow(['dynamodb:ListStreams'], ['*'])
    acknowledge(publisher.role, {
      'IAM5[Resource::*]': 'Lambda lists streams in order to read one, and AWS allows no resource for that.',
    })
    this.#readStream(publisher, props)
  }

  /** Reads the stream. If all attempts fail, the records' position in the stream goes to a queue for operators. */
  #readStream(publisher: RegionalFunction, { settings, region, streamArn }: StreamReaderProps): void {
    const failures = new sqs.Queue(this, 'Untold', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    })
    acknowledge(failures, { SQS3: 'This queue is the dead-letter queue.' })
    publisher.allow(['sqs:SendMessage'], [failures.queueArn])
    const mapping = new lambda.EventSourceMapping(this, 'Stream', {
      target: publisher.function,
      eventSourceArn: streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      filters: streamFilters(settings.mode, region).map(pattern => lambda.FilterCriteria.filter({ ...pattern })),
      maxRecordAge: Duration.hours(6),
      bisectBatchOnError: true,
      retryAttempts: 100,
      reportBatchItemFailures: true,
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    })
    mapping.node.addDependency(publisher.role)
  }
}
