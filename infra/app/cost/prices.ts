import type { Plan } from '../../../shared/cloudfront/plan.ts'
import { bytes, run } from './assumptions.ts'

/** The month in which the prices were read. */
export const pricesAsOf = '2026-11'

/** A million. */
export const million = 1e6

/**
 * List prices in us-east-1 in dollars for one unit, without free tiers and taxes. The table in docs/cost.md says what is counted, where a
 * price is from and how sure it is. A GB of bytes has 10^9 of them, a GB of memory 1,024 MB.
 */
export const prices = {
  cloudFrontRequests: 1 / million,
  cloudFrontBytes: 0.085,
  cloudFrontFunctions: 0.1 / million,
  planFree: 0,
  planPro: 15,
  planBusiness: 200,
  edgeRequests: 0.6 / million,
  edgeSeconds: 0.00005001,
  functionRequests: 0.2 / million,
  functionSeconds: 0.0000133334,
  writes: 0.625 / million,
  reads: 0.125 / million,
  storage: 0.25,
  backups: 0.2,
  apiRequests: 3.5 / million,
  secrets: 0.4,
  secretReads: 5 / million,
  keys: 1,
  keyRequests: 3 / million,
  objectRequests: 0.4 / million,
  objectWrites: 5 / million,
  objectStorage: 0.023,
  objectTags: 1 / million,
  scanObjects: 215 / million,
  scanBytes: 0.09,
  firewalls: 5,
  firewallRules: 1,
  firewallRequests: 0.6 / million,
  logs: 0.5,
  metrics: 0.3,
  metricReads: 10 / million,
  metricLists: 10 / million,
  alarms: 0.1,
  dashboards: 3,
  events: 1 / million,
  schedules: 1 / million,
  queueRequests: 0.4 / million,
  endpoints: 0.01,
  endpointBytes: 0.01,
  transfer: 0.02,
} as const

/**
 * What the price of a plan includes each month: requests to CloudFront, and GB that it sends (AWS, "CloudFront flat-rate pricing plans",
 * read in 2026-11).
 */
export const allowances: Readonly<Record<Plan, { readonly requests: number; readonly gigabytes: number }>> = {
  free: { requests: million, gigabytes: 100 },
  pro: { requests: 10 * million, gigabytes: 50_000 },
  business: { requests: 125 * million, gigabytes: 50_000 },
}

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
