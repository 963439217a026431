import { Aws } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'

/** Whose alarms are carried, and where to. */
export interface AlarmForwardingProps {
  /** Of the deployment: what its alarms' names begin with. */
  readonly name: string
  readonly names: Names
  readonly busRegion: Region
}

/** Carries the alarms of one Region to the deployment's bus, where everything can be heard in one place. */
export class AlarmForwarding extends Construct {
  constructor(scope: Construct, id: string, { name, names, busRegion }: AlarmForwardingProps) {
    super(scope, id)
    const bus = events.EventBus.fromEventBusArn(this, 'Bus', arn('events', busRegion, `event-bus/${names.bus}`))
    new events.Rule(this, 'Rule', {
      description: 'Alarms of this deployment, to its bus',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: events.Match.prefix(arn('cloudwatch', Aws.REGION, `alarm:${name}-`)),
      },
      targets: [new targets.EventBus(bus)],
    })
  }
}
