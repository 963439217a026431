import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `UsedLinkMonitor`. */
export interface UsedLinkMonitorProps {
  readonly settings: Settings
  readonly names: Names
  /** The log group of a function that redeems links. */
  readonly logGroup: ILogGroup
  /** The name of the function that publishes events. */
  readonly functionName: string
  /** The source of the function, short enough for the template: these Regions have no bucket for code. */
  readonly code: string
  /** The Region of the bus. */
  readonly busRegion: Region
}

/**
 * Publishes an event for each refusal of a used link in one log, except to the client that used it: the holder may have the
 * link from someone else.
 */
export class UsedLinkMonitor extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, names, logGroup, functionName, code, busRegion }: UsedLinkMonitorProps,
  ) {
    super(scope, id)
    const publisher = new RegionalFunction(this, 'Teller', {
      functionName,
      description: 'Publishes events for refusals of used links',
      code: lambda.Code.fromInline(code),
      handler: 'index.handler',
      timeout: 30,
      memory: 128,
      environment: { DEPLOYMENT_NAME: settings.name, EVENT_BUS: names.bus, EVENT_BUS_REGION: busRegion },
      logRetentionDays: settings.logRetentionDays,
    })
    publisher.allow(['events:PutEvents'], [arn('events', busRegion, `event-bus/${names.bus}`)])
    new logs.SubscriptionFilter(this, 'Filter', {
      logGroup,
      destination: new LambdaDestination(publisher.function),
      filterPattern: logs.FilterPattern.literal(
        '{ ($.outcome = "refused") && ($.reason = "spent") && ($.sameClient NOT EXISTS) }',
      ),
    })
  }
}
