import type { Region } from '../../shared/regions.ts'
import type { Clock, EpochSeconds } from '../../shared/time.ts'
import type { TotalName } from '../../shared/metrics.ts'

/** The dimensions of a metric, by name. */
export type Dimensions = Readonly<Record<string, string>>

/** A metric of CloudWatch. */
export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
}

/** Periods to read: from the start of the first to the end of the last, both multiples of `totalPeriodSeconds`. */
export interface Span {
  readonly from: EpochSeconds
  readonly until: EpochSeconds
}

/** Sums of a metric by the start of their period. Periods without data are absent. */
export type Sums = ReadonlyMap<EpochSeconds, number>

/** The sum of all Regions in one period. */
export interface Total {
  readonly name: TotalName
  readonly period: EpochSeconds
  readonly value: number
}

/** CloudWatch's metrics. Every call has a timeout, and rejects if it fails. */
export interface Metrics {
  /**
   * Whether a Region has data of the last three hours in `namespace` with these dimensions. Of a new metric it may not know for
   * 15 minutes (AWS, ListMetrics).
   */
  isActive(region: Region, namespace: string, dimensions: Dimensions): Promise<boolean>
  /** Reads the sums of each metric, in the same order. Rejects if CloudWatch has not read all of them. */
  sums(region: Region, metrics: readonly Metric[], span: Span): Promise<readonly Sums[]>
  /** Puts 1 to 1,000 data points of this deployment, in us-east-1. May be repeated: see `totalNames`. */
  put(totals: readonly Total[]): Promise<void>
}

/** CloudWatch's log groups. Every call has a timeout, and rejects if it fails. */
export interface LogGroups {
  /** Returns for how many days a group keeps its lines, `forever`, or `absent` if there is no such group. */
  retention(region: Region, name: string): Promise<number | 'forever' | 'absent'>
  setRetention(region: Region, name: string, days: number): Promise<void>
}

/** What the function needs from outside. */
export interface TotalsPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly metrics: Metrics
  readonly logGroups: LogGroups
  readonly log: (line: LogLine) => void
}

/** What failed, where, and the name of the root error. */
export interface Failure {
  readonly region: Region
  readonly step: 'retention' | 'read' | 'put'
  readonly error: string
}

/** One line for an invocation that changed something, or failed in part. */
export interface LogLine {
  readonly outcome: 'watched'
  /** Regions in which the retention was set. */
  readonly retentionSet: readonly Region[]
  /** Number of data points that were put. */
  readonly totals: number
  readonly failures: readonly Failure[]
  readonly ms: number
}
