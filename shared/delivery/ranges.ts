/** Bytes of a file from the first number up to, but not including, the second. Both are whole numbers of at least 0. */
export type ByteRange = readonly [start: number, end: number]

/** Ranges in order, which neither overlap nor touch. */
export type ByteRanges = readonly ByteRange[]

/**
 * Most ranges that are kept of one file. Beyond it the shortest are left out, so what is known may be less than what was written,
 * never more.
 */
export const maxRanges = 250

/** Returns the bytes that are in any of these ranges, which may come in any order, be empty, overlap and repeat. */
export function joinRanges(ranges: readonly ByteRange[]): ByteRanges {
  const sorted = ranges.filter(([start, end]) => end > start).toSorted((one, other) => one[0] - other[0])
  const joined: [number, number][] = []
  for (const [start, end] of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else joined.push([start, end])
  }
  return joined.length <= maxRanges ? joined : longestOf(joined)
}

function longestOf(ranges: ByteRanges): ByteRanges {
  const lengthOf = ([start, end]: ByteRange) => end - start
  const longest = ranges.toSorted((one, other) => lengthOf(other) - lengthOf(one) || one[0] - other[0])
  return longest.slice(0, maxRanges).toSorted((one, other) => one[0] - other[0])
}

/** Returns whether `ranges` have every byte of `others`. */
export function covers(ranges: ByteRanges, others: ByteRanges): boolean {
  return others.every(([start, end]) => ranges.some(range => range[0] <= start && end <= range[1]))
}

/** Returns how many bytes ranges have. */
export function bytesIn(ranges: ByteRanges): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0)
}

/**
 * Adds the gaps before and between `ranges` that one of `others` covers whole. What comes behind the last range is not added.
 */
export function bridgeGaps(ranges: ByteRanges, others: ByteRanges): ByteRanges {
  let previous = 0
  const bridges = ranges.flatMap(([start, end]): ByteRange[] => {
    const gap = [previous, start] as const
    previous = end
    return others.some(other => other[0] <= gap[0] && gap[1] <= other[1]) ? [gap] : []
  })
  return joinRanges([...ranges, ...bridges])
}

/** Returns ranges as text, such as `0-100,200-300`; empty text for none. */
export function rangesText(ranges: ByteRanges): string {
  return ranges.map(([start, end]) => `${start}-${end}`).join()
}

/** Parses the text of `rangesText`. */
export function parseRanges(text: string): ByteRanges {
  if (text === '') return []
  return joinRanges(
    text.split(',').map((range): ByteRange => {
      const [start, end] = range.split('-').map(Number)
      return [start ?? 0, end ?? 0]
    }),
  )
}
