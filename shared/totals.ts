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
