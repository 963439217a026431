import { expect, test } from 'vitest'
import { createMeter, progressLine } from '../../../cli/terminal/meter.ts'
import type { EpochMs } from '../../../shared/time.ts'

/** Returns a meter, what it has shown, and a clock that the test sets forward. */
function meterOf(name: string, before = 0) {
  const shown: string[] = []
  let now = 1_000_000
  const clock = { now: () => now as EpochMs, pause: async () => undefined }
  const meter = createMeter(name, before, { progress: line => void shown.push(line), clock })
  return { shown, meter, after: (ms: number, bytes: number, total?: number) => ((now += ms), meter(bytes, total)) }
}

test('a line has name, bar, share, size, rate and remaining time, and leaves out what is not known', () => {
  const state = { bytes: 12_300_000, total: 30_800_000, rate: 2_100_000 }
  expect(progressLine('report.pdf', state)).toBe(
    'report.pdf  [########------------]  39 %  12.3 of 30.8 MB  2.1 MB/s  9 s left',
  )
  expect(progressLine('a', { ...state, rate: undefined })).toBe('a  [########------------]  39 %  12.3 of 30.8 MB')
  expect(progressLine('a', { ...state, total: undefined })).toBe('a  12.3 MB  2.1 MB/s')
  expect(progressLine('a', { bytes: 0, total: 0, rate: undefined })).toBe('a  [####################] 100 %  0 of 0 B')
  expect(progressLine('a', { ...state, rate: 0 })).not.toContain('left')
  expect(progressLine('a', { ...state, bytes: 30_800_000 })).not.toContain('left')
  expect(progressLine('a', { bytes: 1e9, total: 5e12, rate: 1e6 })).toContain('1 GB of 5 TB  1 MB/s  57 d 20 h left')
})

test('the rate is that of the last five seconds, from the first second on', () => {
  const { shown, after } = meterOf('a')
  after(100, 1_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/1 of 100 MB$/)
  after(900, 10_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/10 of 100 MB {2}10 MB\/s {2}9 s left$/)
  // From then on it is slower.
  for (let second = 1; second <= 6; second += 1) after(1000, 10_000_000 + second * 1_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/16 of 100 MB {2}1 MB\/s {2}1 min 24 s left$/)
  // After a pause of a minute, it is not known.
  after(60_000, 17_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/17 of 100 MB$/)
})

test('what an earlier run left, and a file that comes again from its start, say nothing of the rate', () => {
  const { shown, after } = meterOf('a', 50_000_000)
  after(1000, 51_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/51 of 100 MB {2}1 MB\/s {2}49 s left$/)
  after(1000, 2_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/2 of 100 MB$/)
  after(1000, 4_000_000, 100_000_000)
  expect(shown.at(-1)).toMatch(/4 of 100 MB {2}2 MB\/s {2}48 s left$/)
})

test('a line is shown ten times a second at most, and the last one always; long names are cut', () => {
  const { shown, after } = meterOf('n'.repeat(200))
  for (let bytes = 1; bytes <= 1000; bytes += 1) after(1, bytes, 1000)
  expect(shown).toHaveLength(11)
  expect(shown.at(-1)).toContain('100 %  1 of 1 kB')
  for (const line of shown) expect(line.length).toBeLessThan(100)
})

test('without a terminal nothing is shown', () => {
  const clock = { now: () => 0 as EpochMs, pause: async () => undefined }
  expect(() => createMeter('a', 0, { progress: undefined, clock })(1, 2)).not.toThrow()
})
