import { Duration } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Deployment } from '../../shared/settings/deployment.ts'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn } from '../placement/names.ts'
import { publishesReceived } from '../placement/placement.ts'
import { edgeStackRegion } from '../settings/settings.ts'
import { grantLinks } from './link-grants.ts'
import { createDeadLetterQueue } from './queue.ts'
import { RegionalFunction } from './regional-function.ts'
import { grantSchedules } from './schedules.ts'

/** Props of `StreamReader`. */
export interface StreamReaderProps extends DeploymentProps {
  readonly region: Region
  /** The ARN of the stream of the table's replica in this Region. */
  readonly streamArn: string
}

/**
 * Counts when links are redeemed, revoked, or refused after their use, and publishes that and expiries if there is a bus. In mode
 * `home` each home Region does so for its own links, although the stream of every replica has all; in mode `strong` one Region
 * does for all. Without consumers Lambda waits up to a minute for a batch, because each call costs money.
 */
export class StreamReader extends Construct {
  constructor(scope: Construct, id: string, props: StreamReaderProps) {
    super(scope, id)
    const { settings, names, region, streamArn } = props
    const busRegion = edgeStackRegion
    const reader = new RegionalFunction(this, 'Function', {
      folder: 'events',
      settings,
      functionName: names.jobFunction('events'),
      description: settings.events ? 'Counts and publishes what happens to links' : 'Counts what happens to links',
      timeout: 60,
      environment: settings.events ? { EVENT_BUS: names.bus, EVENT_BUS_REGION: busRegion } : {},
    })
    const isFirstHome = region === settings.homeRegions[0]
    if ((settings.reminders || publishesReceived(settings)) && isFirstHome) {
      grantLinks(reader, 'read', { names, regions: settings.homeRegions })
    }
    if (settings.fileEnds) grantSchedules(reader, { settings, names })
    if (settings.events) reader.allow(['events:PutEvents'], [arn('events', busRegion, `event-bus/${names.bus}`)])
    if (settings.scan && settings.events && isFirstHome) this.#publishRefusedFiles(reader, props)
    if (publishesReceived(settings) && isFirstHome) this.#publishReceivedFiles(reader, props)
    reader.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn])
    reader.allow(['dynamodb:ListStreams'], ['*'])
    acknowledge(reader.role, {
      'IAM5[Resource::*]': 'Lambda lists streams in order to read one, and AWS allows no resource for that.',
    })
    this.#readStream(reader, props)
  }

  /**
   * Has the default bus call it for a file in which something was found (GuardDuty, "Monitoring S3 object scans with Amazon EventBridge"),
   * with the fields that it needs.
   */
  #publishRefusedFiles(reader: RegionalFunction, { names, region }: StreamReaderProps): void {
    const fields = {
      versionId: events.EventField.fromPath('$.detail.s3ObjectDetails.versionId'),
      result: events.EventField.fromPath('$.detail.scanResultDetails.scanResultStatus'),
      at: events.EventField.time,
      eventId: events.EventField.eventId,
    }
    new events.Rule(this, 'Refused', {
      description: 'Publishes that GuardDuty has found something in a file',
      eventPattern: {
        source: ['aws.guardduty'],
        detailType: ['GuardDuty Malware Protection Object Scan Result'],
        detail: {
          s3ObjectDetails: { bucketName: [names.contentBucket(region)] },
          scanResultDetails: { scanResultStatus: ['THREATS_FOUND'] },
        },
      },
      targets: [new targets.LambdaFunction(reader.function, { event: events.RuleTargetInput.fromObject(fields) })],
    })
  }

  /**
   * Has the default bus call it for a new object that may be the file of a link (S3, "Using EventBridge"), with the fields that it needs.
   * The pattern is wider than the keys of such files, because EventBridge can't count characters: the function knows them.
   */
  #publishReceivedFiles(reader: RegionalFunction, { names, region }: StreamReaderProps): void {
    const fields = {
      key: events.EventField.fromPath('$.detail.object.key'),
      bytes: events.EventField.fromPath('$.detail.object.size'),
      at: events.EventField.time,
    }
    new events.Rule(this, 'Received', {
      description: 'Publishes that the file of a link has arrived',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [names.contentBucket(region)] },
          object: { key: events.Match.wildcard('*received/*/*') },
        },
      },
      targets: [new targets.LambdaFunction(reader.function, { event: events.RuleTargetInput.fromObject(fields) })],
    })
  }

  /** Reads the stream. If all attempts fail, the records' position in the stream goes to a queue for operators. */
  #readStream(reader: RegionalFunction, { settings, names, region, streamArn }: StreamReaderProps): void {
    const failures = createDeadLetterQueue(this, 'Unread', {
      // Only an alarm needs the name. SQS accepts a name again a minute after its queue was deleted.
      ...(settings.alarms === 'all' && { queueName: names.eventsQueue }),
    })
    reader.allow(['sqs:SendMessage'], [failures.queueArn])
    reader.readFrom(this, 'Stream', {
      eventSourceArn: streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(settings.events ? 5 : 60),
      filters: streamFilters(settings.mode, region, settings.events).map(pattern =>
        lambda.FilterCriteria.filter({ ...pattern }),
      ),
      maxRecordAge: Duration.hours(6),
      bisectBatchOnError: true,
      retryAttempts: 100,
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    })
  }
}

/**
 * Returns the filter patterns of the event source mapping in `region`; a record must match one of them. They match records
 * that remove a link, or change one that is used or revoked by then, or may be used by several clients, or, if events are published, one
 * with a passphrase, or whose recipient asked for a new one; in mode `home` only of links whose home is `region`. So Lambda calls the
 * function neither for issued links nor for counted requests for other live ones.
 *
 * The patterns don't leave out removals of links that had already ended: that needs a test that an attribute is absent, which
 * AWS doesn't document for streams, and a misread pattern would lose events. The function checks this itself.
 */
export function streamFilters(mode: Deployment['mode'], region: Region, isPublished: boolean): readonly object[] {
  const homeRegion = { S: [mode === 'home' ? region : { exists: true }] }
  return [
    { eventName: ['REMOVE'], dynamodb: { OldImage: { homeRegion } } },
    { eventName: ['MODIFY'], dynamodb: { NewImage: { homeRegion, state: { S: ['used', 'revoked'] } } } },
    ...['maxUses', ...(isPublished ? ['tries', 'requested'] : [])].map(name => ({
      eventName: ['MODIFY'],
      dynamodb: { NewImage: { homeRegion, [name]: { N: [{ exists: true }] } } },
    })),
  ]
}
