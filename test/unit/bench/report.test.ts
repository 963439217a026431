import { expect, test } from 'vitest'
import { judge } from '../../../bench/limits.ts'
import { render } from '../../../bench/report.ts'

const setting = { date: '2026-11-24', node: 'v24.0.0', cpu: 'CPU', cores: 2, rounds: 3, seconds: 61.4 }
const columns = ['shipped', 'baseline'] as const

test('a row shows medians, spread and ratio, or that a measurement is missing', () => {
  const rows = [
    { name: 'CPU', unit: 'µs', left: [100, 300, 200], right: [1000, 1000, 1000] },
    { name: 'cold start', unit: 'ms', left: [], right: [] },
  ] as const
  const text = render({ setting, tables: [{ title: 'Times', columns, rows, notes: ['A note.'] }], verdicts: [] })
  expect(text).toContain('2026-11-24, Node.js v24.0.0, CPU, 2 cores; 3 rounds in 61 s.')
  expect(text.split('\n').filter(line => line.startsWith('|'))).toEqual([
    '|                |        shipped | baseline | ratio |',
    '| -------------- | -------------: | -------: | ----: |',
    '| CPU, µs        | 200 (100..300) |    1,000 |  0.20 |',
    '| cold start, ms |        MISSING |  MISSING |       |',
  ])
  expect(text).toContain('A note.')
  expect(text).toContain('A ratio is the first column divided by the second.')
})

test('a row of more than two columns shows them all, without a ratio', () => {
  const row = {
    name: 'start',
    unit: 'ms',
    left: [1500],
    right: [3000],
    others: [[], [776, 780, 790]],
  } as const
  const table = { title: 'Starts', columns: ['a', 'b', 'c', 'd'], rows: [row], notes: [] } as const
  const text = render({ setting, tables: [table], verdicts: [] })
  expect(text).not.toContain('ratio')
  expect(text.split('\n').filter(line => line.startsWith('|'))).toEqual([
    '|           |     a |     b |       c |              d |',
    '| --------- | ----: | ----: | ------: | -------------: |',
    '| start, ms | 1,500 | 3,000 | MISSING | 780 (776..790) |',
  ])
})

test('a limit is shown with the measured value, or as not measured', () => {
  const text = render({ setting, tables: [], verdicts: judge({ bundleBytes: 50_000 }) })
  expect(text).toContain('- BROKEN: the bundle: 50,000; at most 46,200 bytes')
  expect(text).toContain('- unmeasured: loading the module: not measured; at most 0.125 of the baseline')
})
