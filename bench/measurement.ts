/** One row of a table: a measurement of both contenders, or of all if there are more. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  /** Values of the rounds, in `unit`: empty if it could not be measured, undefined if it does not exist. */
  readonly left: readonly number[] | undefined
  readonly right: readonly number[] | undefined
  /** Values of the columns after these two. */
  readonly others?: readonly (readonly number[] | undefined)[]
}

/** Unit of a value; it decides how the value is printed. */
export type Unit = 'µs' | 'ms' | 'bytes' | 'MB' | 'calls' | 'per second' | 'per CPU second'

/** The results of one section of the bench. */
export interface Table {
  readonly title: string
  /** Titles of the columns `left` and `right`, whose ratio is shown, or of more columns, without one. */
  readonly columns: readonly [string, string, ...string[]]
  readonly rows: readonly Row[]
  /** Sentences on how to read the table, or on what is missing. */
  readonly notes: readonly string[]
}

/** Figures that have limits, as medians of the rounds. Those of sections that did not run are absent. */
export interface Figures {
  /** CPU of a redemption with one in flight, shipped divided by baseline. */
  readonly cpuRatio?: number
  /** Time to import the bundle, shipped divided by baseline. */
  readonly loadRatio?: number
  readonly bundleBytes?: number
  /** Resident memory after 10,000 redemptions, in MB of 1e6 bytes. */
  readonly rssMb?: number
  /** Resident memory after 30,000 redemptions, divided by that after 20,000. */
  readonly rssGrowth?: number
  /** Calls to the store of all redemptions, divided by their number. */
  readonly callsPerRedemption?: number
  /** Sum of the calls to the store for refusals of unknown nonces. */
  readonly callsOfUnknown?: number
  /** CPU of refusing a forged nonce, shipped divided by baseline. */
  readonly forgedCpuRatio?: number
  /** Median latency with many links in the table, divided by that with few. */
  readonly growthRatio?: number
  /** Median latency with many used receipts in the table, divided by that with few links. */
  readonly growthUsedRatio?: number
  /** CPU of a redemption on another path than the plain one, shipped divided by baseline: the highest. */
  readonly pathCpuRatio?: number
  /** CPU of a confirmation page, shipped divided by baseline. */
  readonly pageCpuRatio?: number
  /** CPU of an exchange, shipped divided by baseline. */
  readonly exchangeCpuRatio?: number
  /** Calls to the store for requests on other paths, divided by their number. */
  readonly callsPerPath?: number
  /** Burst, 20 ms: process start to first response, shipped divided by baseline and by bare; and what of it follows init. */
  readonly edgeBurstOfBaseline?: number
  readonly edgeBurstOfBare?: number
  readonly edgeAfterInitOfBaseline?: number
  /** Strict, 20 ms: process start to first response, and CPU beyond that of an empty function, divided by the baseline's. */
  readonly edgeStrictOfBaseline?: number
  readonly edgeCpuOfBaseline?: number
  /** p50 of a warm invocation divided by bare's, at 20 ms; and at 80 or 200 ms, whichever is more. */
  readonly edgeWarmOfBare?: number
  readonly edgeFarWarmOfBare?: number
  /** After idle with a running or a frozen process, divided by bare's, at the distance where it is most. */
  readonly edgeHungUpOfBare?: number
  readonly edgeFrozenOfBare?: number
  /** Most resident memory up to the first response, in MB of 1e6 bytes. */
  readonly edgePeakMb?: number
  /** Responses other than 302 after idle. */
  readonly edgeRefused?: number
  /** CPU of a link in a batch, of the shipped API divided by that of the plain SDK's same writes. */
  readonly batchCpuRatio?: number
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
