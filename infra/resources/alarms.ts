import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { type AlarmRow, alarmsOf, descriptionOf } from '../alarm-list.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { Settings } from '../settings/settings.ts'
import type { Names } from '../placement/names.ts'
import { awsMetric, ownMetric, totalOf } from './metrics.ts'
import { AlarmActions } from './alarm-actions.ts'

/** Props of `Alarms` and `Dashboard`. */
export interface AlarmsProps extends DeploymentProps {
  /** @default none: there is no alarm of the distribution's errors, and no graph of it */
  readonly distributionId: string | undefined
}

/** The alarms of a deployment, all in us-east-1, and who gets them. What happens in other Regions is in totals (jobs/totals/). */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    const { settings } = props
    const alarms = alarmsOf(settings).flatMap(([name, row]) => {
      const watched = watchedBy(row, props)
      return watched === undefined ? [] : [this.#create(name, { ...row, ...watched }, settings)]
    })
    new AlarmActions(this, 'Actions', { ...props, alarms })
  }

  /** Creates an alarm, which missing data doesn't raise. */
  #create(
    name: string,
    { threshold = 1, metric, periods = 1, ...row }: AlarmRow & Watched,
    settings: Settings,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, name, {
      alarmName: `${settings.name}-${name}`,
      alarmDescription: descriptionOf(name, row),
      metric,
      threshold: typeof threshold === 'number' ? threshold : threshold(settings),
      evaluationPeriods: periods,
      datapointsToAlarm: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    })
  }
}

/** What an alarm watches. */
interface Watched {
  readonly metric: cloudwatch.IMetric
  /** How many periods of the metric are looked at; one from the threshold on raises the alarm. @default 1 */
  readonly periods?: number
}

/** Returns what an alarm watches; undefined for the errors of a distribution that there is not. */
function watchedBy(row: AlarmRow, { settings: { name }, names, distributionId }: AlarmsProps): Watched | undefined {
  if (row.total !== undefined) return totalOf(name, row.total)
  if (row.failed !== undefined) return { metric: errorsOf(row, names) }
  if (row.waiting !== undefined) return { metric: messagesIn(names[row.waiting]) }
  if (row.other === 'gateErrors') return { metric: gateErrors(names) }
  if (row.other === 'errorRate')
    return distributionId === undefined ? undefined : { metric: errorRateOf(distributionId) }
  // Retirement writes it once a day. It is the age of the secret.
  return { metric: ownMetric(name, 'SecretAgeDays', { statistic: 'Maximum', period: Duration.days(1) }) }
}

/** Returns the share of requests of viewers that get 5xx, in percent. */
function errorRateOf(DistributionId: string): cloudwatch.Metric {
  return awsMetric('CloudFront', '5xxErrorRate', {
    dimensionsMap: { DistributionId, Region: 'Global' },
    statistic: 'Average',
  })
}

/**
 * Returns the errors of the gate. Its refusals are none: they are its task. After an exception, a result that CloudFront doesn't
 * accept, or too much work, the viewer gets an error.
 */
function gateErrors({ gate }: Names): cloudwatch.IMetric {
  const ofGate = (metricName: string) =>
    awsMetric('CloudFront', metricName, { dimensionsMap: { FunctionName: gate, Region: 'Global' } })
  return sumOf({
    execution: ofGate('FunctionExecutionErrors'),
    validation: ofGate('FunctionValidationErrors'),
    throttles: ofGate('FunctionThrottles'),
  })
}

function errorsOf({ failed = [], inAnHour }: AlarmRow, { keysFunction, jobFunction }: Names): cloudwatch.IMetric {
  const names = { rotate: keysFunction('rotate'), retire: keysFunction('retire'), totals: jobFunction('totals') }
  const period = inAnHour ? Duration.hours(1) : Duration.minutes(5)
  const metrics = failed.map(each => {
    return [each, awsMetric('Lambda', 'Errors', { dimensionsMap: { FunctionName: names[each] }, period })] as const
  })
  return sumOf(Object.fromEntries(metrics))
}

/** Adds up metrics, if there are several. One without data counts as 0, or the sum would have none either. */
function sumOf(usingMetrics: Readonly<Record<string, cloudwatch.Metric>>): cloudwatch.IMetric {
  const [only, ...others] = Object.values(usingMetrics)
  if (only !== undefined && others.length === 0) return only
  const expression = Object.keys(usingMetrics)
    .map(name => `FILL(${name}, 0)`)
    .join(' + ')
  return new cloudwatch.MathExpression({ expression, usingMetrics, period: Duration.minutes(5) })
}

function messagesIn(QueueName: string): cloudwatch.Metric {
  const statistic = { dimensionsMap: { QueueName }, statistic: 'Maximum' }
  return awsMetric('SQS', 'ApproximateNumberOfMessagesVisible', statistic)
}
