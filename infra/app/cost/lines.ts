import { bytes, run } from './assumptions.ts'
import { prices } from './prices.ts'

/** A million. */
export const million = 1e6

/** One line of the bill, in dollars. */
export interface CostLine {
  readonly what: string
  /** A month without a single link. */
  readonly idle: number
  /** Added in a month in which links are issued and redeemed around the clock and from everywhere, however many. */
  readonly inUse: number
  /** Added by a million links, each issued and redeemed once, without the bytes of files. */
  readonly million: number
}

/** Returns a line of the bill, with 0 for what is not given. */
export function line(
  what: string,
  { idle = 0, inUse = 0, million: each = 0 }: Partial<Omit<CostLine, 'what'>>,
): CostLine {
  return { what, idle, inUse, million: each }
}

/** Returns what invocations of a function that we wrote cost, with a line of its log each. */
export function invocations(count: number): number {
  const time = run.other * run.gigabytes * prices.functionSeconds
  return count * (prices.functionRequests + time + (bytes.logLine / 1e9) * prices.logs)
}
