import type { Figures } from './measurement.ts'

/** A limit that the shipped edge must keep; a broken one fails the bench. */
interface Limit {
  readonly figure: keyof Figures
  readonly promise: string
  readonly relation: 'at most' | 'at least' | 'exactly'
  readonly limit: number
  readonly unit: string
}

/** Whether a limit holds; `unmeasured` if its section did not run. */
export interface Verdict extends Limit {
  readonly verdict: 'holds' | 'BROKEN' | 'unmeasured'
  readonly got: number | undefined
}

/** Limits of the run on a whole core, in the order in which they are printed. */
export const limits: readonly Limit[] = [
  { figure: 'cpuRatio', promise: 'CPU of a redemption', relation: 'at most', limit: 0.25, unit: 'of the baseline' },
  { figure: 'loadRatio', promise: 'loading the module', relation: 'at most', limit: 0.125, unit: 'of the baseline' },
  { figure: 'bundleBytes', promise: 'the bundle', relation: 'at most', limit: 44_000, unit: 'bytes' },
  { figure: 'rssMb', promise: 'memory after 10,000 redemptions', relation: 'at most', limit: 100, unit: 'MB' },
  {
    figure: 'rssGrowth',
    promise: 'memory after 30,000 redemptions',
    relation: 'at most',
    limit: 1.02,
    unit: 'of that after 20,000',
  },
  {
    figure: 'callsPerRedemption',
    promise: 'calls to the store for a redemption',
    relation: 'exactly',
    limit: 1,
    unit: 'call',
  },
  {
    figure: 'callsOfUnknown',
    promise: 'calls to the store for forged, malformed and expired nonces',
    relation: 'exactly',
    limit: 0,
    unit: 'calls',
  },
  {
    figure: 'forgedPerSecond',
    promise: 'forged nonces refused per second of CPU',
    relation: 'at least',
    limit: 150_000,
    unit: 'a second',
  },
  {
    figure: 'growthRatio',
    promise: 'a redemption among many links',
    relation: 'at most',
    limit: 1.15,
    unit: 'of the time among few',
  },
  {
    figure: 'growthUsedRatio',
    promise: 'a redemption among many used links with receipts',
    relation: 'at most',
    limit: 1.15,
    unit: 'of the time among few',
  },
  {
    figure: 'pathCpuRatio',
    promise: 'CPU of a redemption on every other path',
    relation: 'at most',
    limit: 0.5,
    unit: 'of the baseline',
  },
  {
    figure: 'pageCpuRatio',
    promise: 'CPU of a confirmation page',
    relation: 'at most',
    limit: 0.7,
    unit: 'of the baseline',
  },
  {
    figure: 'exchangeCpuRatio',
    promise: 'CPU of an exchange',
    relation: 'at most',
    limit: 1.5,
    unit: 'of the baseline',
  },
  {
    figure: 'callsPerPath',
    promise: 'calls to the store for a request on another path',
    relation: 'exactly',
    limit: 1,
    unit: 'call',
  },
  {
    figure: 'batchCpuRatio',
    promise: 'CPU of a link in a batch of 100',
    relation: 'at most',
    limit: 0.5,
    unit: "of the plain SDK's same writes",
  },
]

const ofBaseline = 'of the baseline'
const ofBare = 'of the bare call'

/** Limits at the edge's real size, which its own run measures. */
export const edgeLimits: readonly Limit[] = [
  atMost('edgeBurstOfBaseline', 'first response, burst', [0.3, ofBaseline]),
  atMost('edgeBurstOfBare', 'first response, burst', [1.2, ofBare]),
  atMost('edgeAfterInitOfBaseline', 'first response after init, burst', [0.1, ofBaseline]),
  atMost('edgeStrictOfBaseline', 'first response, strict', [0.55, ofBaseline]),
  atMost('edgeCpuOfBaseline', 'CPU up to the first response beyond an empty function', [0.38, ofBaseline]),
  atMost('edgeWarmOfBare', 'p50 of a warm invocation at 20 ms', [1.25, ofBare]),
  atMost('edgeFarWarmOfBare', 'p50 of a warm invocation at 80 and 200 ms', [1.1, ofBare]),
  atMost('edgeHungUpOfBare', 'after idle', [1.2, ofBare]),
  atMost('edgeFrozenOfBare', 'after idle, frozen', [1.2, ofBare]),
  atMost('edgePeakMb', 'memory up to the first response', [65, 'MB']),
  {
    figure: 'edgeRefused',
    promise: 'responses other than 302 after idle',
    relation: 'exactly',
    limit: 0,
    unit: 'responses',
  },
]

function atMost(figure: keyof Figures, promise: string, [limit, unit]: readonly [number, string]): Limit {
  return { figure, promise, relation: 'at most', limit, unit }
}

const relations = {
  'at most': (got: number, limit: number) => got <= limit,
  'at least': (got: number, limit: number) => got >= limit,
  exactly: (got: number, limit: number) => got === limit,
} as const

/** Compares `figures` with the limits of one run. A figure that is not a number does not hold. */
export function judge(figures: Figures, those: readonly Limit[] = limits): readonly Verdict[] {
  return those.map(limit => {
    const got = figures[limit.figure]
    if (got === undefined) return { ...limit, got, verdict: 'unmeasured' }
    return { ...limit, got, verdict: relations[limit.relation](got, limit.limit) ? 'holds' : 'BROKEN' }
  })
}

/** Returns whether any measured limit does not hold. */
export function isBroken(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ verdict }) => verdict === 'BROKEN')
}
