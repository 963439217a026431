import type { EpochMs } from './time.ts'

/** The fields of our functions' log lines from which metrics are made. */
export interface MeasuredLine {
  readonly outcome: string
  /** Present on refusals. */
  readonly reason?: string | undefined
  /** Milliseconds that the store took; absent if it was not called. */
  readonly storeMs?: number | undefined
  /** On refusals: the client that used the link repeats its request. This says nothing about other clients. */
  readonly sameClient?: true | undefined
}

/** Name of the metric that counts each outcome. An outcome without one is not counted. */
export type Counters = Readonly<Record<string, string>>

/** Counters of the edge. */
export const edgeCounters: Counters = { redeemed: 'Redeemed', refused: 'Refused' }

/** Counters of the api. Its redemptions, `Exchanged`, are separate from those of the edge. */
export const apiCounters: Counters = {
  issued: 'Issued',
  revoked: 'Revoked',
  redeemed: 'Exchanged',
  refused: 'Refused',
}

/** Reason of refusals that count twice, because they may mean a lost link. */
const unknownOutcome = 'outcome-unknown'

/**
 * Creates a function that formats log lines, one JSON object each, with their metrics in CloudWatch's embedded metric
 * format (AWS, "Specification: Embedded metric format"): in the namespace `OnceAtEdge`, by `Deployment`, refusals by
 * `Reason` too. A line declares only what it measures, since each metric costs money in each Region. The first line
 * counts a cold start: an execution environment has one formatter. `now` is the line's timestamp.
 */
export function createMetricFormatter(
  deployment: string,
  counters: Counters,
): (line: MeasuredLine, now: EpochMs) => string {
  /** Declarations by kind of line. There are few kinds: outcomes and reasons come from our own tables. */
  const declarations = new Map<string, string>()
  let isFirst = true
  return (line, now) => {
    const { outcome, reason, sameClient, storeMs } = line
    const kind = `${outcome} ${reason} ${sameClient} ${storeMs === undefined} ${isFirst}`
    let declaration = declarations.get(kind)
    if (declaration === undefined) {
      declaration = declare(line, { deployment, counter: counters[outcome], isFirst })
      declarations.set(kind, declaration)
    }
    isFirst = false
    if (declaration === '') return JSON.stringify(line)
    const metrics = `{"_aws":{"Timestamp":${now},${declaration}`
    if (storeMs === undefined) return metrics + JSON.stringify(line).slice(1)
    return `${metrics}"StoreMs":${storeMs},${JSON.stringify({ ...line, storeMs: undefined }).slice(1)}`
  }
}

/** What a declaration depends on beside the line itself. */
interface DeclarationContext {
  readonly deployment: string
  readonly counter: string | undefined
  readonly isFirst: boolean
}

/**
 * Returns the text between the timestamp and the fields of a line of this kind, without the store's milliseconds.
 * Returns '' if the line measures nothing.
 */
function declare(
  { outcome, reason, sameClient, storeMs }: MeasuredLine,
  { deployment, counter, isFirst }: DeclarationContext,
): string {
  const isRefusal = outcome === 'refused' && reason !== undefined && sameClient === undefined
  const counts = {
    ...(counter === undefined ? {} : { [counter]: 1 }),
    ...(reason === unknownOutcome ? { OutcomeUnknown: 1 } : {}),
    ...(isFirst ? { ColdStart: 1 } : {}),
  }
  const metrics = [
    ...Object.keys(counts).map(Name => ({ Name, Unit: 'Count' })),
    ...(storeMs === undefined ? [] : [{ Name: 'StoreMs', Unit: 'Milliseconds' }]),
  ]
  if (metrics.length === 0) return ''
  const byReason = isRefusal ? metrics.filter(({ Name }) => Name === counter) : []
  const others = metrics.filter(metric => !byReason.includes(metric))
  const directives = [
    { Namespace: metricsNamespace, Dimensions: [['Deployment'], ['Deployment', 'Reason']], Metrics: byReason },
    { Namespace: metricsNamespace, Dimensions: [['Deployment']], Metrics: others },
  ].filter(({ Metrics }) => Metrics.length > 0)
  const members = { Deployment: deployment, ...(isRefusal ? { Reason: reason } : {}), ...counts }
  return `"CloudWatchMetrics":${JSON.stringify(directives)}},${JSON.stringify(members).slice(1, -1)},`
}

/** CloudWatch namespace of all our metrics. */
export const metricsNamespace = 'OnceAtEdge'
