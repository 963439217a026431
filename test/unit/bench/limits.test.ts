import { describe, expect, test } from 'vitest'
import { edgeLimits, isBroken, judge, limits } from '../../../tools/bench/limits.ts'
import type { Figures } from '../../../tools/bench/measurement.ts'

/** Figures exactly at their limits. */
const atTheLimit: Required<Figures> = {
  cpuRatio: 0.27,
  loadRatio: 0.125,
  bundleBytes: 49_200,
  callsPerRedemption: 1,
  edgeBurstOfBaseline: 0.3,
  edgeAfterInitOfBaseline: 0.1,
  edgeStrictOfBaseline: 0.55,
  edgeCpuOfBaseline: 0.38,
  edgePeakMb: 65,
}

/** Figures slightly beyond their limits. */
const broken: readonly (readonly [keyof Figures, number])[] = [
  ['cpuRatio', 0.271],
  ['loadRatio', 0.126],
  ['bundleBytes', 49_201],
  ['callsPerRedemption', 1.001],
  ['callsPerRedemption', 0.999],
  ['edgeBurstOfBaseline', 0.301],
  ['edgeAfterInitOfBaseline', 0.101],
  ['edgeStrictOfBaseline', 0.551],
  ['edgeCpuOfBaseline', 0.381],
  ['edgePeakMb', 65.1],
]

const allLimits = [...limits, ...edgeLimits]

describe('a limit', () => {
  test('holds if the figure is equal to it', () => {
    const verdicts = judge(atTheLimit, allLimits)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(allLimits.map(() => 'holds'))
    expect(isBroken(verdicts)).toBe(false)
  })

  test.each(broken)('on %s is broken by %d, and no other limit is', (figure, value) => {
    const verdicts = judge({ ...atTheLimit, [figure]: value }, allLimits)
    expect(verdicts.filter(({ verdict }) => verdict === 'BROKEN')).toMatchObject([{ figure, got: value }])
    expect(isBroken(verdicts)).toBe(true)
  })

  test('is broken by the test above, whichever it is', () => {
    expect(new Set(broken.map(([figure]) => figure))).toEqual(new Set(allLimits.map(({ figure }) => figure)))
  })

  test.each(allLimits)('on $figure is broken if the figure is not a number', ({ figure }) => {
    expect(isBroken(judge({ ...atTheLimit, [figure]: NaN }, allLimits))).toBe(true)
  })

  test('is broken if it was not measured', () => {
    const verdicts = judge({ bundleBytes: 1 })
    expect(verdicts.filter(({ verdict }) => verdict === 'BROKEN')).toHaveLength(limits.length - 1)
  })
})
