import { Aws, Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { metricsNamespace } from '../../shared/metrics.ts'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'

/** One alarm: when so much of something is seen in five minutes. */
export interface AlarmProps {
  readonly name: string
  /** What has happened, and what to do. */
  readonly description: string
  readonly metric: cloudwatch.IMetric
  readonly threshold: number
}

const fiveMinutes = Duration.minutes(5)

/** An alarm that is quiet when there is nothing to measure. Whoever must know hears of it from the bus. */
export function alarm(scope: Construct, id: string, { name, description, metric, threshold }: AlarmProps): void {
  new cloudwatch.Alarm(scope, id, {
    alarmName: name,
    alarmDescription: description,
    metric,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  })
}

/** One of our own metrics, summed over five minutes; of one Region, or of the stack's. */
export function ownMetric(
  deployment: string,
  metricName: string,
  more: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  const { dimensionsMap, ...rest } = more
  return new cloudwatch.Metric({
    namespace: metricsNamespace,
    metricName,
    dimensionsMap: { Deployment: deployment, ...dimensionsMap },
    statistic: 'Sum',
    period: fiveMinutes,
    ...rest,
  })
}

/** A metric that AWS keeps, summed over five minutes. */
export function awsMetric(
  service: string,
  metricName: string,
  { dimensionsMap, ...rest }: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const dimensions = dimensionsMap === undefined ? {} : { dimensionsMap }
  return new cloudwatch.Metric({
    namespace: `AWS/${service}`,
    metricName,
    statistic: 'Sum',
    period: fiveMinutes,
    ...dimensions,
    ...rest,
  })
}

/** What the edge function does in one of its Regions that somebody should look at. */
export class EdgeAlarms extends Construct {
  constructor(scope: Construct, id: string, { name, edgeFunction, usedLinks }: EdgeAlarmsProps) {
    super(scope, id)
    alarm(this, 'Unknown', {
      name: `${name}-outcome-unknown`,
      description:
        'The answers of the store were lost, and with each a link without a receipt may be. Look at DynamoDB here.',
      metric: ownMetric(name, 'OutcomeUnknown'),
      threshold: 1,
    })
    alarm(this, 'Used', {
      name: `${name}-used-links-refused`,
      description:
        'Many uses of used links were refused: links may have been intercepted. The bus has an event for each.',
      metric: ownMetric(name, 'Refused', { dimensionsMap: { Reason: 'spent' } }),
      threshold: usedLinks,
    })
    alarm(this, 'Throttled', {
      name: `${name}-edge-throttled`,
      description: 'Viewers were turned away with 503, links unused: raise the concurrency of Lambda in this Region.',
      // A copy of the function is called by the Region of the original, too.
      metric: awsMetric('Lambda', 'Throttles', { dimensionsMap: { FunctionName: `us-east-1.${edgeFunction}` } }),
      threshold: 1,
    })
  }
}

/** What the alarms of the edge go by. */
export interface EdgeAlarmsProps {
  /** Of the deployment. */
  readonly name: string
  readonly edgeFunction: string
  /** Refused uses of used links in five minutes that are too many. */
  readonly usedLinks: number
}

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
