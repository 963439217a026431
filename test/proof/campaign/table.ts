import type { Parameters } from './parameters.ts'

/** The table of links, as far as its throughput goes. */
export interface Table {
  /** Returns the writes that it accepts in this second. */
  writesPerSecond(): number
  /** Notes what it accepted in this second, and goes on to the next. */
  note(writes: number): void
}

/**
 * Makes a table on demand. It serves at once what it was warmed for, or twice its peak, if 30 minutes have passed since that
 * peak. Links with one reference are in one partition of its index, and an index that throttles makes its table throttle.
 */
export function createTable({ limits, tableWrites, sharedReference }: Parameters): Table {
  const windowSeconds = limits.tableDoubling * 60
  const most = sharedReference ? Math.min(limits.tableWrites, limits.partitionWrites) : limits.tableWrites
  let instant = tableWrites
  let peak = 0
  let second = 0
  return {
    writesPerSecond: () => Math.min(most, instant),
    note(writes) {
      peak = Math.max(peak, writes)
      second += 1
      if (second % windowSeconds !== 0) return
      instant = Math.max(instant, 2 * peak)
      peak = 0
    },
  }
}
