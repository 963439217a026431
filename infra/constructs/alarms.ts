import { Aws, Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { metricsNamespace } from '../../shared/metrics.ts'
import type { Region } from '../../shared/regions.ts'
import { arn, type Names } from '../names.ts'
import type { Settings } from '../settings.ts'

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

/** Props of `Alarms`. */
export interface AlarmsProps {
  readonly settings: Settings
  readonly names: Names
  readonly distributionId: string
  /** The name of the edge function. */
  readonly edgeFunction: string
}

/** The alarms of a deployment, in us-east-1; with the setting `events` also their way to the bus. */
export class Alarms extends Construct {
  readonly #props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#props = props
    this.#addEdge()
    this.#addDistribution()
    this.#addKeys()
    const { settings, names } = props
    if (!settings.events) return
    new AlarmForwarding(this, 'Forwarding', { name: settings.name, names, busRegion: settings.homeRegions[0] })
  }

  #addEdge(): void {
    const { settings, edgeFunction } = this.#props
    const { name } = settings
    alarm(this, 'Unknown', {
      name: `${name}-outcome-unknown`,
      description:
        'Responses of the store were lost. With each, a link without a receipt may be lost. Check DynamoDB in this Region.',
      metric: ownMetric(name, 'OutcomeUnknown'),
      threshold: 1,
    })
    alarm(this, 'Throttled', {
      name: `${name}-edge-throttled`,
      description: 'Viewers got 503; their links are not used. Raise the concurrency of Lambda in this Region.',
      metric: awsMetric('Lambda', 'Throttles', { dimensionsMap: { FunctionName: edgeFunction } }),
      threshold: 1,
    })
  }

  /**
   * Refusals of the gate raise no alarm: they are its task. After an exception, a result that CloudFront doesn't accept, or too much
   * work, the viewer gets an error. A metric without data counts as 0, or the sum would have none either.
   */
  #addDistribution(): void {
    const { settings, names, distributionId } = this.#props
    alarm(this, 'Errors', {
      name: `${settings.name}-distribution-5xx`,
      description:
        'More than one in twenty requests of viewers gets 5xx, which no refusal to a prefetch or robot is. Check the edge logs, DynamoDB and S3.',
      metric: awsMetric('CloudFront', '5xxErrorRate', {
        dimensionsMap: { DistributionId: distributionId, Region: 'Global' },
        statistic: 'Average',
      }),
      threshold: 5,
    })
    const ofGate = (metricName: string) =>
      awsMetric('CloudFront', metricName, { dimensionsMap: { FunctionName: names.gate, Region: 'Global' } })
    alarm(this, 'GateFailing', {
      name: `${settings.name}-gate-failing`,
      description:
        'The gate fails: viewers get an error instead of their file. Go back to the version before (docs/deploy.md).',
      metric: new cloudwatch.MathExpression({
        expression: 'FILL(execution, 0) + FILL(validation, 0) + FILL(throttles, 0)',
        usingMetrics: {
          execution: ofGate('FunctionExecutionErrors'),
          validation: ofGate('FunctionValidationErrors'),
          throttles: ofGate('FunctionThrottles'),
        },
        period: fiveMinutes,
      }),
      threshold: 1,
    })
  }

  #addKeys(): void {
    const { settings, names } = this.#props
    const { name, rotationDays } = settings
    alarm(this, 'KeyAge', {
      name: `${name}-signing-key-old`,
      description: 'The keys should have been rotated a week ago: check the log of the rotation function.',
      // Retirement writes it once a day. It is the age of the secret, whose MAC keys rotate automatically even if KMS signs.
      metric: ownMetric(name, 'SecretAgeDays', { statistic: 'Maximum', period: Duration.days(1) }),
      threshold: rotationDays + 7,
    })
    const errorsOf = (purpose: string) =>
      awsMetric('Lambda', 'Errors', { dimensionsMap: { FunctionName: names.keysFunction(purpose) } })
    alarm(this, 'KeysFailing', {
      name: `${name}-keys-failing`,
      description: 'Rotating or retiring keys fails, which breaks nothing soon. Check the logs of the keys functions.',
      metric: new cloudwatch.MathExpression({
        expression: 'rotate + retire',
        usingMetrics: { rotate: errorsOf('rotate'), retire: errorsOf('retire') },
        period: fiveMinutes,
      }),
      threshold: 1,
    })
  }
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
