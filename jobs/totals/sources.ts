import { metricsNamespace, type TotalName } from '../../shared/metrics.ts'
import type { Region } from '../../shared/regions.ts'
import type { Metric } from './ports.ts'

/** What is watched. */
export interface Watched {
  /** The name of the deployment. */
  readonly deployment: string
  /** The Regions in which the edge function may run. */
  readonly edgeRegions: readonly Region[]
  /** Its name in us-east-1. */
  readonly edgeFunction: string
  /** Its log group, which has the same name in each Region. */
  readonly edgeLogs: string
  /** For how many days logs are kept. */
  readonly retentionDays: number
  /** The Regions that read the table's stream. */
  readonly readerRegions: readonly Region[]
  readonly apiRegions: readonly Region[]
  /** The names of the REST APIs, in each of their Regions: that for IAM, and that for tokens if there is one. */
  readonly apiNames: readonly string[]
  /** The queue of files that could not be deleted, and its Region. @default files are not deleted */
  readonly fileEnds?: { readonly queue: string; readonly region: Region } | undefined
  /** What further alarms are on. @default none */
  readonly extra?: ExtraWatched | undefined
}

/** What further alarms are on. */
export interface ExtraWatched {
  /** The names of the functions behind the api. */
  readonly apiFunctions: readonly string[]
  /** The queue of records that a reader of the stream could not read. */
  readonly eventsQueue: string
  readonly linksTable: string
  /** The Regions with a replica of the table. */
  readonly tableRegions: readonly Region[]
}

/** Metrics of one Region that are copied into totals. */
export interface Source {
  readonly region: Region
  readonly copied: readonly (Metric & { readonly total: TotalName })[]
  /** If set, nothing is read until this function has had data. */
  readonly onlyIfActive?: string
}

/** The Region of the edge function itself, of alarms and totals. */
export const totalsRegion: Region = 'us-east-1'

/**
 * Returns what is copied, by Region. CloudWatch charges for each metric that is read, so in Regions where the edge function did
 * not run nothing of it is read.
 */
export function sourcesOf(watched: Watched): readonly Source[] {
  const { edgeRegions, readerRegions, apiRegions } = watched
  return [
    ...edgeRegions.map(region => edgeSource(region, watched)),
    ...readerRegions.map(region => sourceOf(region, 'UsedLinksRefusedTotal', [ownMetric('UsedLinksRefused', watched)])),
    ...apiRegions.map(region => apiSource(region, watched)),
    ...(watched.fileEnds === undefined
      ? []
      : [sourceOf(watched.fileEnds.region, 'FileEndsFailing', [queued(watched.fileEnds.queue)])]),
    ...(watched.extra === undefined ? [] : extraSources(watched, watched.extra)),
  ]
}

function extraSources(
  { readerRegions, apiRegions }: Watched,
  { apiFunctions, eventsQueue, linksTable, tableRegions }: ExtraWatched,
): readonly Source[] {
  const ofTable = (name: string) => ({ namespace: 'AWS/DynamoDB', name, dimensions: { TableName: linksTable } })
  const throttles = ['ReadThrottleEvents', 'WriteThrottleEvents'].map(ofTable)
  const ofApi = apiFunctions.map(name => lambdaMetric('Throttles', name))
  return [
    ...readerRegions.map(region => sourceOf(region, 'EventsFailing', [queued(eventsQueue)])),
    ...tableRegions.map(region => sourceOf(region, 'TableThrottles', throttles)),
    ...apiRegions.map(region => sourceOf(region, 'ApiThrottles', ofApi)),
  ]
}

/** Messages in a queue. */
function queued(QueueName: string): Metric {
  return { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: { QueueName } }
}

function sourceOf(region: Region, total: TotalName, metrics: readonly Metric[]): Source {
  return { region, copied: metrics.map(metric => ({ total, ...metric })) }
}

/**
 * In the metrics of other Regions, the name of a replica begins with the Region of the function; in us-east-1 requests count under
 * either name (Amazon CloudFront, "Lambda@Edge metrics").
 */
function edgeSource(region: Region, watched: Watched): Source {
  const { edgeFunction, apiRegions } = watched
  const replica = `${totalsRegion}.${edgeFunction}`
  const names = region === totalsRegion ? [edgeFunction, replica] : [replica]
  const copied = [
    ...(apiRegions.includes(region) ? [] : [unknownOutcomes(watched)]),
    ...names.flatMap(name => [
      { total: 'EdgeThrottles' as const, ...lambdaMetric('Throttles', name) },
      { total: 'EdgeErrors' as const, ...lambdaMetric('Errors', name) },
    ]),
  ]
  return region === totalsRegion ? { region, copied } : { region, copied, onlyIfActive: replica }
}

/** In a Region of the api its exchange also counts unknown outcomes, whether or not the edge runs there. */
function apiSource(region: Region, watched: Watched): Source {
  const errors = watched.apiNames.map(ApiName => ({
    total: 'ApiErrors' as const,
    namespace: 'AWS/ApiGateway',
    name: '5XXError',
    dimensions: { ApiName },
  }))
  return { region, copied: [...errors, unknownOutcomes(watched)] }
}

function unknownOutcomes(watched: Watched): Source['copied'][number] {
  return { total: 'OutcomeUnknownTotal', ...ownMetric('OutcomeUnknown', watched) }
}

function ownMetric(name: string, { deployment }: Watched): Metric {
  return { namespace: metricsNamespace, name, dimensions: { Deployment: deployment } }
}

/** CloudWatch's namespace of Lambda. */
export const lambdaNamespace = 'AWS/Lambda'

function lambdaMetric(name: string, functionName: string): Metric {
  return { namespace: lambdaNamespace, name, dimensions: { FunctionName: functionName } }
}
