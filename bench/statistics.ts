/** What several rounds of one measurement come to, in its own unit. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The middle value, or the mean of the two in the middle; throws a RangeError when there is none. */
export function median(values: readonly number[]): number {
  const sorted = sortedOf(values)
  const middle = Math.floor(sorted.length / 2)
  const [upper = NaN, lower = NaN] = [sorted[middle], sorted[middle - 1]]
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2
}

/** Median and spread; throws a RangeError when there is no value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = sortedOf(values)
  return { median: median(sorted), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/**
 * The nearest-rank percentile: the smallest value that at least `percent` (over 0, up to 100) of them don't exceed. It is
 * always one of the values. Throws a RangeError when there is none.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = sortedOf(values)
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? NaN
}

/** How many times the median of `right` the median of `left` is. */
export function ratio(left: readonly number[], right: readonly number[]): number {
  return median(left) / median(right)
}

function sortedOf(values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new RangeError('no value was measured')
  return values.toSorted((a, b) => a - b)
}
