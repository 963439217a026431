import { describe, expect, test } from 'vitest'
import {
  type ContenderName,
  contenderNames,
  type Init,
  inits,
  type RoundTrip,
  roundTrips,
  sampleName,
  type What,
} from '../../../bench/edge/experiment.ts'
import { coldStartFigures, edgeFigures, edgeTables } from '../../../bench/edge/tables.ts'
import { edgeLimits } from '../../../bench/limits.ts'
import { Samples } from '../../../bench/measurement.ts'

/** What a contender takes, in milliseconds or MB. */
const typical = {
  shipped: { initMs: 90, afterInitMs: 30, cpuMs: 88, warmMs: 24, hungUpMs: 84, frozenMs: 82, peakMb: 63 },
  baseline: { initMs: 200, afterInitMs: 800, cpuMs: 140, warmMs: 54, hungUpMs: 120, frozenMs: 130, peakMb: 73 },
  seed: { initMs: 250, afterInitMs: 900, cpuMs: 200, warmMs: 60, hungUpMs: 120, frozenMs: 130, peakMb: 90 },
  empty: { initMs: 58, afterInitMs: 2, cpuMs: 40, warmMs: 1, hungUpMs: 1, frozenMs: 1, peakMb: 53 },
  bare: { initMs: 60, afterInitMs: 140, cpuMs: 80, warmMs: 22, hungUpMs: 82, frozenMs: 80, peakMb: 62 },
} as const satisfies Record<ContenderName, object>

/** Adds the typical values of one start; `change` replaces some. */
function add(samples: Samples, at: [ContenderName, Init, RoundTrip], change: Partial<Record<What, number>> = {}): void {
  const [name, init, roundTrip] = at
  const { initMs, afterInitMs } = typical[name]
  const values = { ...typical[name], totalMs: initMs + afterInitMs, initCpuMs: 30, warmCpuMs: 2, refused: 0, ...change }
  const start = { contender: { name }, init, roundTrip }
  for (const [what, value] of Object.entries(values)) samples.add(sampleName(start, what as What), value)
}

function run(): Samples {
  const samples = new Samples()
  for (const name of contenderNames)
    for (const init of inits) for (const roundTrip of roundTrips) add(samples, [name, init, roundTrip])
  return samples
}

describe('the figures at the edge', () => {
  test('are ratios of medians', () => {
    expect(edgeFigures(run())).toEqual({
      edgeBurstOfBaseline: 120 / 1000,
      edgeBurstOfBare: 120 / 200,
      edgeAfterInitOfBaseline: 30 / 800,
      edgeStrictOfBaseline: 120 / 1000,
      edgeCpuOfBaseline: 48 / 100,
      edgeWarmOfBare: 24 / 22,
      edgeFarWarmOfBare: 24 / 22,
      edgeHungUpOfBare: 84 / 82,
      edgeFrozenOfBare: 82 / 80,
      edgePeakMb: 63,
      edgeRefused: 0,
    })
  })

  test('are exactly those with limits', () => {
    expect(Object.keys(edgeFigures(run()))).toEqual(edgeLimits.map(({ figure }) => figure))
  })

  test('count every refusal of the shipped edge, and only its', () => {
    const samples = run()
    add(samples, ['shipped', 'burst', 200], { refused: 1 })
    add(samples, ['baseline', 'burst', 20], { refused: 1 })
    expect(edgeFigures(samples).edgeRefused).toBe(1)
  })

  test('are those of the distance where idle and warm functions are slowest', () => {
    const samples = run()
    for (let round = 0; round < 2; round += 1) {
      add(samples, ['shipped', 'burst', 200], { hungUpMs: 164, warmMs: 44 })
    }
    expect(edgeFigures(samples)).toMatchObject({ edgeHungUpOfBare: 2, edgeFarWarmOfBare: 2, edgeWarmOfBare: 24 / 22 })
  })
})

test('the picture gets medians, range and number of the starts of each contender', () => {
  const samples = run()
  add(samples, ['shipped', 'burst', 20], { totalMs: 100 })
  add(samples, ['shipped', 'burst', 20], { totalMs: 300 })
  const { shipped, bare } = coldStartFigures(samples)
  expect(shipped.burst[20]).toEqual({ totalMs: 120, initMs: 90, afterInitMs: 30, range: [100, 300], rounds: 3 })
  expect(bare.strict[200]).toMatchObject({ totalMs: 200, rounds: 1 })
  expect(() => coldStartFigures(new Samples())).toThrow(RangeError)
})

test('the tables have a column for each contender, and missing values where nothing was measured', () => {
  for (const { columns, rows } of edgeTables(run())) {
    expect(columns).toEqual(contenderNames)
    for (const { left, right, others } of rows) {
      const values = [left, right, ...(others ?? [])]
      expect(values).toHaveLength(contenderNames.length)
      expect(values.every(each => each === undefined || each.length > 0)).toBe(true)
    }
  }
  const [table] = edgeTables(new Samples(), 'MISSING: no control groups')
  expect(table?.rows.every(({ left }) => left?.length === 0)).toBe(true)
  expect(table?.notes).toEqual(['MISSING: no control groups'])
})
