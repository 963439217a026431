import type { Figures } from './measurement.ts'

/** A limit that the shipped edge must keep; a broken one fails the bench. */
interface Limit {
  readonly figure: keyof Figures
  readonly promise: string
  readonly relation: 'at most' | 'exactly'
  readonly limit: number
  readonly unit: string
}

/** Whether a limit holds. */
export interface Verdict extends Limit {
  readonly verdict: 'holds' | 'BROKEN'
  readonly got: number
}

const ofBaseline = 'of the baseline'

/**
 * Limits of the run on a whole core, in the order in which they are printed. Why they are what they are:
 * docs/decisions/0029-limits.md.
 */
export const limits: readonly Limit[] = [
  atMost('cpuRatio', 'CPU of a redemption', [0.27, ofBaseline]),
  atMost('loadRatio', 'loading the module', [0.125, ofBaseline]),
  atMost('bundleBytes', 'the bundle', [49_200, 'bytes']),
  { ...atMost('callsPerRedemption', 'calls to the store for a redemption', [1, 'call']), relation: 'exactly' },
]

/** Limits at the edge's real size, which its own run measures. */
export const edgeLimits: readonly Limit[] = [
  atMost('edgeBurstOfBaseline', 'first response, burst', [0.3, ofBaseline]),
  atMost('edgeAfterInitOfBaseline', 'first response after init, burst', [0.1, ofBaseline]),
  atMost('edgeStrictOfBaseline', 'first response, strict', [0.55, ofBaseline]),
  atMost('edgeCpuOfBaseline', 'CPU up to the first response beyond an empty function', [0.38, ofBaseline]),
  atMost('edgePeakMb', 'memory up to the first response', [65, 'MB']),
]

function atMost(figure: keyof Figures, promise: string, [limit, unit]: readonly [number, string]): Limit {
  return { figure, promise, relation: 'at most', limit, unit }
}

const relations = {
  'at most': (got: number, limit: number) => got <= limit,
  exactly: (got: number, limit: number) => got === limit,
} as const

/** Compares `figures` with the limits of one run. A figure that is missing, or not a number, does not hold. */
export function judge(figures: Figures, those: readonly Limit[] = limits): readonly Verdict[] {
  return those.map(limit => {
    const got = figures[limit.figure] ?? NaN
    return { ...limit, got, verdict: relations[limit.relation](got, limit.limit) ? 'holds' : 'BROKEN' }
  })
}

/** Returns whether any limit does not hold. */
export function isBroken(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ verdict }) => verdict === 'BROKEN')
}
