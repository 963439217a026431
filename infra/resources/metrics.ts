import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { metricsNamespace, type TotalName, totalPeriods, totalPeriodSeconds } from '../../shared/metrics.ts'
import { edgeStackRegion, type Settings } from '../settings/settings.ts'

/** Returns one of our metrics, summed over 5 minutes; in the stack's Region unless `options` say otherwise. */
export function ownMetric(
  deployment: string,
  metricName: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return metricIn(metricsNamespace, metricName, { dimensionsMap: { Deployment: deployment }, ...options })
}

/** Returns a total of all Regions, and how many periods an alarm must look at, because a total may come two hours late. */
export function totalOf(
  deployment: string,
  name: TotalName,
): { readonly metric: cloudwatch.Metric; readonly periods: number } {
  const period = Duration.seconds(totalPeriodSeconds)
  return { metric: ownMetric(deployment, name, { statistic: 'Maximum', period }), periods: totalPeriods }
}

/** Returns a metric of an AWS service, summed over 5 minutes unless `options` say otherwise. */
export function awsMetric(service: string, metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
  return metricIn(`AWS/${service}`, metricName, options)
}

function metricIn(namespace: string, metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace, metricName, statistic: 'Sum', period: Duration.minutes(5), ...options })
}

/** What happened to links, counted from the table's stream in each home Region (jobs/events/). */
type CountName = 'Redeemed' | 'Revoked' | 'UsedLinksRefused'

/**
 * Returns a count of the first home Region, summed over 5 minutes, unless `options` name another Region or period. It has data
 * only where something happened (docs/operate.md).
 */
export function countMetric(
  { name, homeRegions }: Settings,
  count: CountName,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return ownMetric(name, count, { region: homeRegions[0], ...options })
}

/**
 * Returns a total of all Regions, which us-east-1 has: the maximum of 15 minutes, because each data point is a sum that may be put
 * again. An alarm should look at eight periods: a total may come two hours late.
 */
export function totalMetric(
  { name }: Settings,
  total: TotalName,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return totalOf(name, total).metric.with({ region: edgeStackRegion, ...options })
}
