import { expect, test } from 'vitest'
import { contenderNames, type FirstResponse, inits, sampleName } from '../../../bench/edge/experiment.ts'
import { edgeFigures, edgeTables } from '../../../bench/edge/tables.ts'
import { edgeLimits } from '../../../bench/limits.ts'
import { Samples } from '../../../bench/measurement.ts'

/** What a contender takes, in milliseconds or MB. */
const typical = {
  shipped: { initMs: 90, afterInitMs: 30, totalMs: 120, initCpuMs: 30, cpuMs: 88, peakMb: 63 },
  baseline: { initMs: 200, afterInitMs: 800, totalMs: 1000, initCpuMs: 30, cpuMs: 140, peakMb: 73 },
  empty: { initMs: 58, afterInitMs: 2, totalMs: 60, initCpuMs: 30, cpuMs: 40, peakMb: 53 },
} as const satisfies Record<(typeof contenderNames)[number], FirstResponse>

function run(): Samples {
  const samples = new Samples()
  for (const name of contenderNames)
    for (const init of inits)
      for (const [what, value] of Object.entries(typical[name]))
        samples.add(sampleName(name, init, what as keyof FirstResponse), value)
  return samples
}

test('the figures at the edge are ratios of medians, exactly those with limits', () => {
  const figures = edgeFigures(run())
  expect(figures).toEqual({
    edgeBurstOfBaseline: 120 / 1000,
    edgeAfterInitOfBaseline: 30 / 800,
    edgeStrictOfBaseline: 120 / 1000,
    edgeCpuOfBaseline: 48 / 100,
    edgePeakMb: 63,
  })
  expect(Object.keys(figures)).toEqual(edgeLimits.map(({ figure }) => figure))
})

test('the tables have a column for each contender, and missing values where nothing was measured', () => {
  for (const { columns, rows } of edgeTables(run())) {
    expect(columns).toEqual(contenderNames)
    for (const { left, right, others = [] } of rows) {
      expect([left, right, ...others].map(each => each.length)).toEqual(contenderNames.map(() => 1))
    }
  }
  const [table] = edgeTables(new Samples(), 'MISSING: no control groups')
  expect(table?.rows.every(({ left }) => left.length === 0)).toBe(true)
  expect(table?.notes).toEqual(['MISSING: no control groups'])
})
