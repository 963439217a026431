import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import type { Code } from '../bundle.ts'
import { RegionalFunction } from '../constructs/regional-function.ts'
import { arn, type Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { streamFilters } from '../stream-filter.ts'

/** What the stack is made from. */
export interface EventsStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly region: Region
  readonly code: Code
  /** The stream of the table's replica here. */
  readonly streamArn: string
}

/**
 * Tells the bus what becomes of links: redeemed, revoked, expired. In mode `home` each home Region tells of its own links,
 * although the stream of every replica carries all; in mode `strong` one Region tells of all.
 */
export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, props: EventsStackProps) {
    super(scope, id, props)
    const { settings, names, code, streamArn } = props
    const [busRegion] = settings.homeRegions
    const bus = arn('events', busRegion, `event-bus/${names.bus}`)
    const teller = new RegionalFunction(this, 'Teller', {
      functionName: names.apiFunction('events'),
      description: 'Tells what becomes of links',
      code: lambda.Code.fromAsset(code.events),
      handler: 'index.handler',
      timeout: 60,
      environment: { EVENT_BUS: names.bus, EVENT_BUS_REGION: busRegion },
      logRetentionDays: settings.logRetentionDays,
    })
    teller.allow(['events:PutEvents'], [bus])
    teller.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn])
    teller.allow(['dynamodb:ListStreams'], ['*'])
    acknowledge(teller.role, {
      'IAM5[Resource::*]': 'Lambda lists streams to follow one, and AWS takes no resource for that.',
    })
    this.#read(teller, props)
  }

  /** What could not be told after many tries goes to a queue, by its place in the stream, for somebody to look at. */
  #read(teller: RegionalFunction, { settings, region, streamArn }: EventsStackProps): void {
    const untold = new sqs.Queue(this, 'Untold', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    })
    acknowledge(untold, { SQS3: 'This is the queue for what could not be told.' })
    teller.allow(['sqs:SendMessage'], [untold.queueArn])
    const mapping = new lambda.EventSourceMapping(this, 'Stream', {
      target: teller.function,
      eventSourceArn: streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      filters: streamFilters(settings.mode, region).map(pattern => lambda.FilterCriteria.filter({ ...pattern })),
      maxRecordAge: Duration.hours(6),
      bisectBatchOnError: true,
      retryAttempts: 100,
      reportBatchItemFailures: true,
      onFailure: { bind: () => ({ destination: untold.queueArn }) },
    })
    mapping.node.addDependency(teller.role)
  }
}
