import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { TotalName } from '../../shared/metrics.ts'
import { type EssentialAlarm, endpointAlarms, essentialAlarms, extraAlarms, proofAlarms } from '../alarm-list.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { hasEndpoints } from '../settings/endpoint-rules.ts'
import type { Names } from '../placement/names.ts'
import { type AlarmProps, awsMetric, createAlarm, ownMetric, totalOf } from './alarm.ts'
import { AlarmActions } from './alarm-actions.ts'

/** Props of `Alarms`. */
export interface AlarmsProps extends DeploymentProps {
  /** @default none: there is no alarm of the distribution's errors */
  readonly distributionId: string | undefined
}

/** What raises an alarm. */
type Trigger = Pick<AlarmProps, 'metric' | 'threshold' | 'periods'>

/** Failed attempts of the watch function within an hour that raise an alarm: two runs, since each has three attempts. */
const failedAttempts = 4

/** The alarms of a deployment, all in us-east-1, and who gets them. What happens in other Regions is in totals (jobs/totals/). */
export class Alarms extends Construct {
  readonly #props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, existing, issuers } = props
    const triggers = this.#triggers()
    const alarms = Object.entries(essentialAlarms).flatMap(([name, description]) => {
      const trigger = triggers[name as EssentialAlarm]
      return trigger === undefined ? [] : [this.#create(name, description, trigger)]
    })
    if (settings.alarms === 'all') {
      const extra = this.#extraTriggers()
      alarms.push(
        ...Object.entries(extraAlarms).map(([name, description]) =>
          this.#create(name, description, extra[name as keyof typeof extraAlarms]),
        ),
      )
    }
    if (settings.deliveryProof) alarms.push(...this.#createAll(proofAlarms, waitingIn(names.unreadLogsQueue)))
    if (hasEndpoints(settings)) alarms.push(...this.#createAll(endpointAlarms, waitingIn(names.deadWebhooks)))
    new AlarmActions(this, 'Actions', { settings, names, existing, issuers, alarms })
  }

  #createAll(alarms: Readonly<Record<string, string>>, trigger: Trigger): readonly cloudwatch.Alarm[] {
    return Object.entries(alarms).map(([name, description]) => this.#create(name, description, trigger))
  }

  #create(name: string, description: string, trigger: Trigger): cloudwatch.Alarm {
    return createAlarm(this, name, { name: `${this.#props.settings.name}-${name}`, description, ...trigger })
  }

  #triggers(): Readonly<Record<EssentialAlarm, Trigger | undefined>> {
    const { settings, names, distributionId } = this.#props
    const { name, rotationDays, usedLinkAlarmThreshold } = settings
    const total = (metric: TotalName, threshold: number): Trigger => ({ ...totalOf(name, metric), threshold })
    // Retirement writes it once a day. It is the age of the secret, whose MAC keys rotate automatically even if KMS signs.
    const age = ownMetric(name, 'SecretAgeDays', { statistic: 'Maximum', period: Duration.days(1) })
    return {
      'distribution-5xx':
        distributionId === undefined ? undefined : { metric: errorRateOf(distributionId), threshold: 5 },
      'outcome-unknown': total('OutcomeUnknownTotal', 1),
      'edge-throttled': total('EdgeThrottles', 1),
      'edge-errors': total('EdgeErrors', 1),
      'used-links-refused': total('UsedLinksRefusedTotal', usedLinkAlarmThreshold),
      'gate-failing': { metric: gateErrors(names), threshold: 1 },
      'api-5xx': total('ApiErrors', 5),
      'signing-key-old': { metric: age, threshold: rotationDays + 7 },
      'keys-failing': { metric: keyErrors(names), threshold: 1 },
      'watch-failing': {
        metric: lambdaErrors(names.watchFunction, { period: Duration.hours(1) }),
        threshold: failedAttempts,
      },
    }
  }

  #extraTriggers(): Readonly<Record<keyof typeof extraAlarms, Trigger>> {
    const { name } = this.#props.settings
    return {
      'events-failing': { ...totalOf(name, 'EventsFailing'), threshold: 1 },
      'table-throttled': { ...totalOf(name, 'TableThrottles'), threshold: 1 },
      'api-throttled': { ...totalOf(name, 'ApiThrottles'), threshold: 1 },
    }
  }
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
function gateErrors({ gate }: Names): cloudwatch.MathExpression {
  const ofGate = (metricName: string) =>
    awsMetric('CloudFront', metricName, { dimensionsMap: { FunctionName: gate, Region: 'Global' } })
  return sumOf({
    execution: ofGate('FunctionExecutionErrors'),
    validation: ofGate('FunctionValidationErrors'),
    throttles: ofGate('FunctionThrottles'),
  })
}

function keyErrors(names: Names): cloudwatch.MathExpression {
  return sumOf({
    rotate: lambdaErrors(names.keysFunction('rotate')),
    retire: lambdaErrors(names.keysFunction('retire')),
  })
}

function lambdaErrors(FunctionName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
  return awsMetric('Lambda', 'Errors', { dimensionsMap: { FunctionName }, ...options })
}

/** Adds up metrics. One without data counts as 0, or the sum would have none either. */
function sumOf(usingMetrics: Readonly<Record<string, cloudwatch.Metric>>): cloudwatch.MathExpression {
  const expression = Object.keys(usingMetrics)
    .map(name => `FILL(${name}, 0)`)
    .join(' + ')
  return new cloudwatch.MathExpression({ expression, usingMetrics, period: Duration.minutes(5) })
}

/** Rings for each message in a queue. */
function waitingIn(QueueName: string): Trigger {
  const statistic = { dimensionsMap: { QueueName }, statistic: 'Maximum' }
  return { metric: awsMetric('SQS', 'ApproximateNumberOfMessagesVisible', statistic), threshold: 1 }
}
