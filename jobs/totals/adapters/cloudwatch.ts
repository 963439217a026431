import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataResult,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { assert } from '../../../shared/errors.ts'
import { metricsNamespace, totalPeriodSeconds } from '../../../shared/metrics.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../../shared/time.ts'
import type { Dimensions, LogGroups, Metric, Metrics, Span, Sums } from '../ports.ts'
import { totalsRegion } from '../sources.ts'

/** Creates the adapter of CloudWatch for the metrics of a deployment. `config` adds to that of each client. */
export function cloudWatch(deployment: string, config: CloudWatchClientConfig = {}): Metrics {
  const clientIn = clientPerRegion(region => new CloudWatchClient({ maxAttempts: 3, ...config, region }))
  return {
    async isActive(region, Namespace, dimensions) {
      const query = { Namespace, Dimensions: dimensionsOf(dimensions), RecentlyActive: 'PT3H' as const }
      for (let NextToken: string | undefined, isFirst = true; isFirst || NextToken !== undefined; isFirst = false) {
        const page = await clientIn(region).send(new ListMetricsCommand({ ...query, NextToken }), limit())
        if (page.Metrics?.length) return true
        NextToken = page.NextToken
      }
      return false
    },
    async sums(region, metrics, span) {
      const results = await dataOf(clientIn(region), metrics, span)
      return metrics.map((_, index) => sumsOf(results.filter(({ Id }) => Id === idOf(index))))
    },
    async put(totals) {
      const MetricData = totals.map(({ name, period, value }) => ({
        MetricName: name,
        Dimensions: dimensionsOf({ Deployment: deployment }),
        Timestamp: new Date(period * 1000),
        Value: value,
        Unit: 'Count' as const,
      }))
      const command = new PutMetricDataCommand({ Namespace: metricsNamespace, MetricData })
      await clientIn(totalsRegion).send(command, limit())
    },
  }
}

/** Reads all pages. Parts of one metric's results may be on several. */
async function dataOf(client: CloudWatchClient, metrics: readonly Metric[], span: Span): Promise<MetricDataResult[]> {
  const MetricDataQueries = metrics.map(({ namespace, name, dimensions }, index) => ({
    Id: idOf(index),
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(dimensions) },
      Period: totalPeriodSeconds,
      Stat: 'Sum',
    },
  }))
  const times = { StartTime: new Date(span.from * 1000), EndTime: new Date(span.until * 1000) }
  const all: MetricDataResult[] = []
  for (let NextToken: string | undefined, isFirst = true; isFirst || NextToken !== undefined; isFirst = false) {
    const page = await client.send(new GetMetricDataCommand({ MetricDataQueries, ...times, NextToken }), limit())
    all.push(...(page.MetricDataResults ?? []))
    NextToken = page.NextToken
  }
  return all
}

/** Returns the sums in the results of one metric. Rejects if the last of them is not complete. */
function sumsOf(results: readonly MetricDataResult[]): Sums {
  const status = results.at(-1)?.StatusCode
  assert(status === 'Complete', `GetMetricData: got ${status}, allowed: Complete`)
  return new Map(
    results.flatMap(({ Timestamps = [], Values = [] }) =>
      Timestamps.map((at, index): [EpochSeconds, number] => [secondsOf(at.getTime() as EpochMs), Values[index] ?? 0]),
    ),
  )
}

const idOf = (index: number) => `m${index}`

function dimensionsOf(dimensions: Dimensions) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
}

/** Creates the adapter of CloudWatch Logs. `config` adds to the configuration of each Region's client. */
export function cloudWatchLogs(config: CloudWatchLogsClientConfig = {}): LogGroups {
  const clientIn = clientPerRegion(region => new CloudWatchLogsClient({ maxAttempts: 3, ...config, region }))
  return {
    async retention(region, name) {
      // The shortest name with this prefix comes first (AWS, DescribeLogGroups), so one page is enough.
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name })
      const { logGroups = [] } = await clientIn(region).send(command, limit())
      const group = logGroups.find(({ logGroupName }) => logGroupName === name)
      return group === undefined ? 'absent' : (group.retentionInDays ?? 'forever')
    },
    async setRetention(region, logGroupName, retentionInDays) {
      await clientIn(region).send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }), limit())
    },
  }
}

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 10_000

/** Returns the option that limits the time of one call. */
function limit(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(callMs) }
}

/** Returns the client of each Region, which `create` makes with the first call. */
function clientPerRegion<T>(create: (region: Region) => T): (region: Region) => T {
  const clients = new Map<Region, T>()
  return region => {
    const client = clients.get(region) ?? create(region)
    clients.set(region, client)
    return client
  }
}
