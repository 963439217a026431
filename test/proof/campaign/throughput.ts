/** Lets through as many units a second as a limit allows; unused ones are kept for a while. */
export interface TokenBucket {
  /** Returns whether `units` fit now, in milliseconds of any epoch. Takes nothing. */
  has(units: number, now: number): boolean
  spend(units: number): void
  /** Changes the limit from now on. */
  raiseTo(perSecond: number): void
}

/** Makes a full bucket that keeps unused units for `seconds`, and at least `least` of them. */
export function tokenBucket(perSecond: number, seconds: number, least = 1): TokenBucket {
  let rate = perSecond
  const capacity = () => Math.max(rate * seconds, least)
  let [units, filledAt] = [capacity(), 0]
  return {
    has(wanted, now) {
      units = Math.min(capacity(), units + ((now - filledAt) / 1000) * rate)
      filledAt = now
      return units >= wanted
    },
    spend: used => void (units -= used),
    raiseTo: raised => void (rate = raised),
  }
}

/** What a table of DynamoDB accepts in one Region, in write units. */
export interface TableLimits {
  /** Units a second of the table. */
  readonly perSecond: number
  /** Units a second of one partition, however the table's are distributed. */
  readonly perPartition: number
  /** Partitions at the start. */
  readonly partitions: number
  /** Seconds for which the table keeps units that it did not use. */
  readonly burstSeconds: number
  /** Seconds of throttling after which a partition splits in two, and the table accepts as much more. */
  readonly splitAfterSeconds: number
}

/** Throttling by one table in one Region. */
export interface Throughput {
  /** Lets a request of `units` through, to the item whose key has this place between 0 and 1; or names the error. */
  admit(place: number, units: number, now: number): 'admitted' | ThrottlingError
  /** Returns which share of its limit the table has used of late: about 1 at the limit. */
  load(now: number): number
}

/** Errors by which DynamoDB throttles: a partition or a provisioned table is at its limit, or a table on demand. */
export type ThrottlingError = 'ProvisionedThroughputExceededException' | 'ThrottlingException'

interface Partition {
  readonly from: number
  readonly bucket: TokenBucket
  /** First and last throttle of the present load. */
  throttledFrom: number
  throttledAt: number
}

/** Milliseconds without a throttle after which a load has ended. */
const quietMs = 60_000

/** Makes the throughput of a table: adaptive capacity gives a partition what the others leave, up to its own limit. */
export function throughputOf(limits: TableLimits): Throughput {
  const { perSecond, perPartition, burstSeconds, splitAfterSeconds } = limits
  let tablePerSecond = perSecond
  let [recent, recentAt] = [0, 0]
  function load(now: number): number {
    recent *= Math.exp((recentAt - now) / 1000)
    recentAt = now
    return recent / tablePerSecond
  }
  const table = tokenBucket(tablePerSecond, Math.max(1, burstSeconds))
  const partitionFrom = (from: number): Partition => ({
    from,
    bucket: tokenBucket(perPartition, 1),
    throttledFrom: 0,
    throttledAt: -quietMs,
  })
  let partitions = Array.from({ length: limits.partitions }, (_, index) => partitionFrom(index / limits.partitions))
  function split(partition: Partition): void {
    const index = partitions.indexOf(partition)
    const end = partitions[index + 1]?.from ?? 1
    const halves = [partitionFrom(partition.from), partitionFrom((partition.from + end) / 2)]
    partitions = partitions.toSpliced(index, 1, ...halves)
    tablePerSecond += perSecond / limits.partitions
    table.raiseTo(tablePerSecond)
  }
  return {
    admit(place, units, now) {
      const partition = partitions.findLast(({ from }) => from <= place) as Partition
      const fits = partition.bucket.has(units, now)
      if (fits && table.has(units, now)) {
        partition.bucket.spend(units)
        table.spend(units)
        load(now)
        recent += units
        return 'admitted'
      }
      if (now - partition.throttledAt > quietMs) partition.throttledFrom = now
      partition.throttledAt = now
      if (now - partition.throttledFrom > splitAfterSeconds * 1000) split(partition)
      return fits ? 'ThrottlingException' : 'ProvisionedThroughputExceededException'
    },
    load,
  }
}
