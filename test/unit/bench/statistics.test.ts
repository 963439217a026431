import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { median, percentile, ratio, summarize } from '../../../tools/bench/statistics.ts'

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 })

describe('the statistics of the bench', () => {
  test('the median has as many values below it as above', () => {
    fc.assert(
      fc.property(values, all => {
        const middle = median(all)
        const below = all.filter(value => value < middle).length
        const above = all.filter(value => value > middle).length
        expect(Math.max(below, above)).toBeLessThanOrEqual(all.length / 2)
      }),
    )
  })

  test('the median of an even number of values is the mean of the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([3, 1, 2])).toBe(2)
    expect(median([7])).toBe(7)
  })

  test('the spread goes from the lowest to the highest value, in any order of the rounds', () => {
    fc.assert(
      fc.property(values, all => {
        const { min, median: middle, max } = summarize(all)
        expect({ min, max }).toEqual({ min: Math.min(...all), max: Math.max(...all) })
        expect(middle).toBe(median(all.toReversed()))
        expect(middle >= min && middle <= max).toBe(true)
      }),
    )
  })

  test('a percentile is the lowest value that covers so many percent of the values', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
        const covers = (value: number) => all.filter(other => other <= value).length * 100 >= percent * all.length
        expect(percentile(all, percent)).toBe(Math.min(...all.filter(covers)))
      }),
    )
  })

  test('a ratio is that of the medians, so that one extreme round does not change it', () => {
    expect(ratio([1, 2, 900], [8, 7, 9])).toBe(0.25)
  })

  test.each([median, summarize])('no values are an error, not a zero', of => {
    expect(() => of([])).toThrow('no value was measured')
    expect(() => percentile([], 50)).toThrow(RangeError)
  })

  test('summarizing values does not change them', () => {
    const all = [3, 1, 2]
    summarize(all)
    expect(all).toEqual([3, 1, 2])
  })
})
