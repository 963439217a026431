import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import type { TotalName } from '../shared/totals.ts'
import { ownMetric, totalOf } from './resources/alarm.ts'
import { edgeStackRegion, type Settings } from './settings.ts'

/** What happened to links, counted from the table's stream in each home Region (events/). */
export type CountName = 'Redeemed' | 'Revoked' | 'UsedLinksRefused'

/**
 * Returns a count of the first home Region, summed over 5 minutes, unless `options` name another Region or period. It has data
 * only where something happened (docs/monitoring.md).
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
