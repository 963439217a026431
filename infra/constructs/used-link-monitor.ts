import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { RegionalFunction } from './regional-function.ts'

/** What is watched, and who is told. */
export interface UsedLinkWatchProps {
  readonly settings: Settings
  readonly names: Names
  /** The log of a function that redeems. */
  readonly watched: ILogGroup
  /** What the function that tells is called. */
  readonly functionName: string
  /** The source of the function, short enough to stand in the template: these Regions have no bucket for code. */
  readonly code: string
  /** Where the bus is. */
  readonly busRegion: Region
}

/** Tells the bus of each refused use of a used link that stands in one log: somebody has a link that somebody else has used. */
export class UsedLinkMonitor extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, names, watched, functionName, code, busRegion }: UsedLinkWatchProps,
  ) {
    super(scope, id)
    const teller = new RegionalFunction(this, 'Teller', {
      functionName,
      description: 'Tells of refused uses of used links',
      code: lambda.Code.fromInline(code),
      handler: 'index.handler',
      timeout: 30,
      memory: 128,
      environment: { DEPLOYMENT_NAME: settings.name, EVENT_BUS: names.bus, EVENT_BUS_REGION: busRegion },
      logRetentionDays: settings.logRetentionDays,
    })
    teller.allow(['events:PutEvents'], [arn('events', busRegion, `event-bus/${names.bus}`)])
    new logs.SubscriptionFilter(this, 'Filter', {
      logGroup: watched,
      destination: new LambdaDestination(teller.function),
      filterPattern: logs.FilterPattern.literal(
        '{ ($.outcome = "refused") && ($.reason = "spent") && ($.sameClient NOT EXISTS) }',
      ),
    })
  }
}
