import type { EpochMs } from './time.ts'

/** CloudWatch namespace of all our metrics. */
export const metricsNamespace = 'OnceAtEdge'

/** The fields of a log line of the edge or the api that decide whether it is printed, and what it measures. */
export interface MeasuredLine {
  readonly outcome: string
  /** Present on refusals. */
  readonly reason?: string | undefined
  /** Name of the error behind a failure. */
  readonly error?: string | undefined
}

/**
 * Returns a line of CloudWatch's embedded metric format (AWS, "Specification: Embedded metric format"): `counts` in the namespace
 * `OnceAtEdge`, by `Deployment`, with the fields of `line`. `now` is the time of the measurements.
 */
export function metricLine(
  { deployment, now }: { readonly deployment: string; readonly now: EpochMs },
  counts: Readonly<Record<string, number>>,
  line: object,
): string {
  const Metrics = Object.keys(counts).map(Name => ({ Name, Unit: 'Count' }))
  const CloudWatchMetrics = [{ Namespace: metricsNamespace, Dimensions: [['Deployment']], Metrics }]
  return JSON.stringify({ _aws: { Timestamp: now, CloudWatchMetrics }, Deployment: deployment, ...counts, ...line })
}

/**
 * Returns what a function of the edge or the api prints of a request: only refusals and failures, because every line costs
 * money; undefined for all others. A refusal whose outcome is unknown counts in `OutcomeUnknown`, because it may mean a lost
 * link. That is the only metric of these functions: each costs money in each Region. Redemptions are counted from the table's
 * stream (jobs/events/).
 */
export function printedLine(line: MeasuredLine, deployment: string, now: EpochMs): string | undefined {
  if (line.outcome !== 'refused' && line.error === undefined) return undefined
  return line.reason === 'outcome-unknown'
    ? metricLine({ deployment, now }, { OutcomeUnknown: 1 }, line)
    : JSON.stringify(line)
}

/**
 * Metrics in us-east-1 that add up those of all Regions, because an alarm can't read another Region. Each data point is the sum
 * of one period, and is put again whenever it is read again; so its statistic is the maximum, never the sum.
 */
export const totalNames = [
  'OutcomeUnknownTotal',
  'EdgeThrottles',
  'EdgeErrors',
  'UsedLinksRefusedTotal',
  'ApiErrors',
  'EventsFailing',
  'TableThrottles',
  'ApiThrottles',
  'FileEndsFailing',
] as const

/** Name of a total. */
export type TotalName = (typeof totalNames)[number]

/** Length of a period, in seconds. */
export const totalPeriodSeconds = 900

/**
 * How many periods are read each time, the last ones. That is two hours, less than the three for which CloudWatch reads data
 * points that come late at once (AWS, PutMetricData). So what fails three times in an hour is still made up for.
 */
export const totalPeriods = 8
