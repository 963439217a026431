/** Summary of a measurement's rounds, in its unit. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Returns the middle value, or the mean of the two in the middle. Throws a RangeError if there is none. */
export function median(values: readonly number[]): number {
  const sorted = sortedOf(values)
  const middle = Math.floor(sorted.length / 2)
  const [upper = NaN, lower = NaN] = [sorted[middle], sorted[middle - 1]]
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2
}

/** Returns median and spread. Throws a RangeError if there is no value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = sortedOf(values)
  return { median: median(sorted), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/**
 * Returns the nearest-rank percentile: the smallest of the values that at least `percent` (over 0, up to 100) percent of
 * them don't exceed. Throws a RangeError if there is none.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = sortedOf(values)
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? NaN
}

/** Returns the median of `left` divided by the median of `right`. */
export function ratio(left: readonly number[], right: readonly number[]): number {
  return median(left) / median(right)
}

function sortedOf(values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new RangeError('no value was measured')
  return values.toSorted((a, b) => a - b)
}
