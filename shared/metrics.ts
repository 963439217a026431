import type { EpochMs } from './time.ts'

/** A log line of any of our functions, as far as metrics are made from it. */
export interface MeasuredLine {
  readonly outcome: string
  /** Of refusals. */
  readonly reason?: string | undefined
  /** Milliseconds that the store took, when it was asked. */
  readonly storeMs?: number | undefined
  /** Of refusals: of a link to whoever has used it, which says nothing of others. */
  readonly sameClient?: true | undefined
}

/** The metric that counts each outcome; an outcome without one is not counted. */
export type Counters = Readonly<Record<string, string>>

/** What is counted at the edge. */
export const edgeCounters: Counters = { redeemed: 'Redeemed', refused: 'Refused' }

/** What is counted in the api; the links that it redeems are told apart from those of the edge. */
export const apiCounters: Counters = {
  issued: 'Issued',
  revoked: 'Revoked',
  redeemed: 'Exchanged',
  refused: 'Refused',
}

/** Why a refusal is counted twice: with it a link may be lost. */
const unknownOutcome = 'outcome-unknown'

/**
 * Makes the text of log lines, one JSON object each, with their metrics in CloudWatch's embedded metric format (AWS,
 * "Specification: Embedded metric format"): in the namespace `OnceAtEdge`, by `Deployment`, refusals by `Reason` too.
 * A line declares what it measures and nothing else, since each metric costs money in each Region. The first line counts
 * a cold start: there is one of these functions in an execution environment. `now` is when the line is made.
 */
export function createMetricFormatter(
  deployment: string,
  counters: Counters,
): (line: MeasuredLine, now: EpochMs) => string {
  /** By kind of line. There are few: outcomes and reasons come from our own tables. */
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

/** What of a line's kind is not in the line itself. */
interface Kind {
  readonly deployment: string
  readonly counter: string | undefined
  readonly isFirst: boolean
}

/**
 * All that stands between the time and the fields of such a line, the milliseconds of the store excepted; nothing when there
 * is nothing to measure.
 */
function declare(
  { outcome, reason, sameClient, storeMs }: MeasuredLine,
  { deployment, counter, isFirst }: Kind,
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

/** The CloudWatch namespace of all our metrics. */
export const metricsNamespace = 'OnceAtEdge'
