import type { Figures } from './measurement.ts'

/** A limit that the shipped edge and API must keep; a broken one fails the bench. */
interface Limit {
  readonly figure: keyof Figures
  readonly promise: string
  readonly relation: 'at most' | 'exactly'
  readonly limit: number
  readonly unit: string
}

/** Whether a limit holds; `unmeasured` if its section did not run. */
export interface Verdict extends Limit {
  readonly verdict: 'holds' | 'BROKEN' | 'unmeasured'
  readonly got: number | undefined
}

const ofBaseline = 'of the baseline'
const ofBare = 'of the bare call'
const ofFew = 'of the time among few'

/**
 * Limits of the run on a whole core, in the order in which they are printed. Why they are what they are:
 * docs/decisions/0029-limits.md.
 */
export const limits: readonly Limit[] = [
  atMost('cpuRatio', 'CPU of a redemption', [0.27, ofBaseline]),
  atMost('loadRatio', 'loading the module', [0.125, ofBaseline]),
  atMost('bundleBytes', 'the bundle', [46_200, 'bytes']),
  atMost('rssMb', 'memory after 10,000 redemptions', [100, 'MB']),
  atMost('rssGrowth', 'memory after 30,000 redemptions', [1.02, 'of that after 20,000']),
  exactly('callsPerRedemption', 'calls to the store for a redemption', [1, 'call']),
  exactly('callsOfUnknown', 'calls to the store for forged, malformed and expired nonces', [0, 'calls']),
  atMost('forgedCpuRatio', 'CPU of refusing a forged nonce', [0.0125, ofBaseline]),
  atMost('growthRatio', 'a redemption among many links', [1.15, ofFew]),
  atMost('growthUsedRatio', 'a redemption among many used links with receipts', [1.15, ofFew]),
  atMost('pathCpuRatio', 'CPU of a redemption on every other path', [0.5, ofBaseline]),
  atMost('pageCpuRatio', 'CPU of a confirmation page', [0.7, ofBaseline]),
  atMost('exchangeCpuRatio', 'CPU of an exchange', [0.7, ofBaseline]),
  exactly('callsPerPath', 'calls to the store for a request on another path', [1, 'call']),
  atMost('batchCpuRatio', 'CPU of a link in a batch of 100', [0.6, "of the plain SDK's same writes"]),
]

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
  exactly('edgeRefused', 'responses other than 302 after idle', [0, 'responses']),
]

function atMost(figure: keyof Figures, promise: string, [limit, unit]: readonly [number, string]): Limit {
  return { figure, promise, relation: 'at most', limit, unit }
}

function exactly(figure: keyof Figures, promise: string, [limit, unit]: readonly [number, string]): Limit {
  return { figure, promise, relation: 'exactly', limit, unit }
}

const relations = {
  'at most': (got: number, limit: number) => got <= limit,
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
