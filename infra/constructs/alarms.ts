import { Aws, Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { metricsNamespace } from '../../shared/metrics.ts'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'

/** Props of an alarm. */
export interface AlarmProps {
  readonly name: string
  /** What has happened, and what to do. */
  readonly description: string
  readonly metric: cloudwatch.IMetric
  /** The lowest value, in one period of the metric, that raises the alarm. */
  readonly threshold: number
}

const fiveMinutes = Duration.minutes(5)

/** Creates an alarm, which missing data doesn't raise. It has no action: `AlarmForwarding` sends its state to the bus. */
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

/** Returns one of our metrics, summed over 5 minutes; in the stack's Region unless `more` says otherwise. */
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

/** Returns a metric of an AWS service, summed over 5 minutes unless `more` says otherwise. */
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

/** The alarms on the edge function in one of its Regions. */
export class EdgeAlarms extends Construct {
  constructor(scope: Construct, id: string, { name, edgeFunction, usedLinks }: EdgeAlarmsProps) {
    super(scope, id)
    alarm(this, 'Unknown', {
      name: `${name}-outcome-unknown`,
      description:
        'Responses of the store were lost. With each, a link without a receipt may be lost. Check DynamoDB in this Region.',
      metric: ownMetric(name, 'OutcomeUnknown'),
      threshold: 1,
    })
    alarm(this, 'Used', {
      name: `${name}-used-links-refused`,
      description:
        'Many requests for used links were refused: links may have been intercepted. The bus has an event for each.',
      metric: ownMetric(name, 'Refused', { dimensionsMap: { Reason: 'spent' } }),
      threshold: usedLinks,
    })
    alarm(this, 'Throttled', {
      name: `${name}-edge-throttled`,
      description: 'Viewers got 503; their links are not used. Raise the concurrency of Lambda in this Region.',
      // In the metrics of other Regions, the name of a replica begins with the Region of the function.
      metric: awsMetric('Lambda', 'Throttles', { dimensionsMap: { FunctionName: `us-east-1.${edgeFunction}` } }),
      threshold: 1,
    })
  }
}

/** Props of `EdgeAlarms`. */
export interface EdgeAlarmsProps {
  /** The name of the deployment. */
  readonly name: string
  readonly edgeFunction: string
  /** Refusals of used links in 5 minutes that raise the alarm. */
  readonly usedLinks: number
}

/** Props of `AlarmForwarding`. */
export interface AlarmForwardingProps {
  /** The name of the deployment, with which the names of its alarms begin. */
  readonly name: string
  readonly names: Names
  readonly busRegion: Region
}

/** Forwards the alarms of one Region to the bus of the deployment, which so gets the alarms of all Regions. */
export class AlarmForwarding extends Construct {
  constructor(scope: Construct, id: string, { name, names, busRegion }: AlarmForwardingProps) {
    super(scope, id)
    const bus = events.EventBus.fromEventBusArn(this, 'Bus', arn('events', busRegion, `event-bus/${names.bus}`))
    new events.Rule(this, 'Rule', {
      description: 'Forwards alarms of this deployment to its bus',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: events.Match.prefix(arn('cloudwatch', Aws.REGION, `alarm:${name}-`)),
      },
      targets: [new targets.EventBus(bus)],
    })
  }
}
