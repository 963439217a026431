/** One line of a table: what was measured, in each round, for the two that are compared. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  /** One value a round, in `unit`: none when it could not be measured, undefined when there is no such thing. */
  readonly left: readonly number[] | undefined
  readonly right: readonly number[] | undefined
}

/** What a value counts, and how it is printed. */
export type Unit = 'µs' | 'ms' | 'bytes' | 'MB' | 'calls' | 'per CPU second'

/** What one section of the bench found. */
export interface Table {
  readonly title: string
  /** What is in the columns `left` and `right` of its rows. */
  readonly columns: readonly [string, string]
  readonly rows: readonly Row[]
  /** Each a sentence about how to read it, or about what is missing. */
  readonly notes: readonly string[]
}

/** The figures that are held against limits, as medians over the rounds; a section that didn't run leaves its own out. */
export interface Figures {
  /** CPU of one redemption at one in flight, shipped by baseline. */
  readonly cpuRatio?: number
  /** Time to import the bundle, shipped by baseline. */
  readonly loadRatio?: number
  readonly bundleBytes?: number
  /** Resident memory after 10,000 redemptions, in MB of 1e6 bytes. */
  readonly rssMb?: number
  /** Resident memory after 30,000 redemptions, by that after 20,000. */
  readonly rssGrowth?: number
  /** Calls to the store: of all redemptions, by their number; of all refusals of these kinds together. */
  readonly callsPerRedemption?: number
  readonly callsOfUnknown?: number
  /** Forged nonces refused per second of CPU. */
  readonly forgedPerSecond?: number
  /** Median latency with many links in the table, by that with few. */
  readonly growthRatio?: number
}

/** What a section hands to the report. */
export interface Measured {
  readonly table: Table
  readonly figures: Figures
}

/** Collects one value a round under a name, and keeps the order in which names first came. */
export class Samples {
  readonly #values = new Map<string, number[]>()

  /** Adds the value of one more round. */
  add(name: string, value: number): void {
    const values = this.#values.get(name)
    if (values === undefined) this.#values.set(name, [value])
    else values.push(value)
  }

  /** All values of `name`, in the order of the rounds; empty when there are none. */
  of(name: string): readonly number[] {
    return this.#values.get(name) ?? []
  }
}
