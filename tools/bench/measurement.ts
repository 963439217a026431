/** One row of a table: a measurement of each contender. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  /** The values of the rounds for each column, in `unit`. */
  readonly values: readonly (readonly number[])[]
}

/** Unit of a value; it decides how the value is printed. */
export type Unit = 'µs' | 'ms' | 'bytes' | 'MB' | 'calls'

/** The results of one section of the bench. */
export interface Table {
  readonly title: string
  /** Titles of two columns, whose ratio is shown, or of more columns, without one. */
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Sentences on how to read the table. */
  readonly notes: readonly string[]
}

/** Figures that have limits, as medians of the rounds. Those of the other run are absent. */
export interface Figures {
  /** CPU of a redemption with one in flight, shipped divided by baseline. */
  readonly cpuRatio?: number
  /** Time to import the bundle, shipped divided by baseline. */
  readonly loadRatio?: number
  readonly bundleBytes?: number
  /** Calls to the store of all redemptions, divided by their number. */
  readonly callsPerRedemption?: number
  /** Burst: process start to first response, and what of it follows init, shipped divided by baseline. */
  readonly edgeBurstOfBaseline?: number
  readonly edgeAfterInitOfBaseline?: number
  /** Strict: process start to first response, and CPU beyond that of an empty function, divided by the baseline's. */
  readonly edgeStrictOfBaseline?: number
  readonly edgeCpuOfBaseline?: number
  /** Most resident memory up to the first response, in MB of 1e6 bytes. */
  readonly edgePeakMb?: number
}

/** What a section adds to the report. */
export interface Measured {
  readonly table: Table
  readonly figures: Figures
}

/** Collects the values of the rounds by name. */
export class Samples {
  readonly #values = new Map<string, number[]>()

  /** Adds the value of the next round. */
  add(name: string, value: number): void {
    const values = this.#values.get(name)
    if (values === undefined) this.#values.set(name, [value])
    else values.push(value)
  }

  /** Returns all values of `name`, in the order of the rounds; empty if there are none. */
  of(name: string): readonly number[] {
    return this.#values.get(name) ?? []
  }
}
