import { maxBatch } from '../../../shared/limits.ts'
import { type Arrivals, arrivalsOf, type Campaign } from './arrivals.ts'
import { occupiedSeconds, type Parameters } from './parameters.ts'

/** A part of AWS that limits a campaign. */
export interface Part {
  readonly part: string
  readonly unit: string
  /** What it has to do in its busiest second, if nothing is throttled, so that no person tries again. */
  readonly demand: number
  readonly limit: number
  /** The recipients with whom the same campaign reaches the limit. */
  readonly recipientsAtLimit: number
}

/** Returns the largest value of a function of the second. */
function peakOf({ people }: Arrivals, at: (t: number) => number): number {
  return people.reduce((peak, _, t) => Math.max(peak, at(t)), 0)
}

/** Returns what each part has to do, and its limit; the part that a growing campaign reaches first comes first. */
export function partsOf(
  campaign: Campaign,
  parameters: Parameters,
  arrivals: Arrivals = arrivalsOf(campaign, parameters.horizonSeconds),
): readonly Part[] {
  const { limits, invocationsPerOpening, sharedReference, sharedFile, signer, fileMegabytes } = parameters
  const share = Math.max(...Object.values(campaign.regions))
  const people = (t: number) => arrivals.people[t] ?? 0
  const robots = (t: number) => arrivals.robots[t] ?? 0
  const invoked = (t: number) => (people(t) * invocationsPerOpening + robots(t)) * share
  const needed = (t: number) => invoked(t) * occupiedSeconds(parameters)
  const opened = peakOf(arrivals, people)
  const part = (name: string, unit: string, [demand, limit]: readonly [number, number]): Part => ({
    part: name,
    unit,
    demand,
    limit,
    recipientsAtLimit: (campaign.recipients * limit) / demand,
  })
  const pages = invocationsPerOpening === 2 ? peakOf(arrivals, t => people(t) + robots(t)) : 0
  const requests = peakOf(arrivals, t => people(t) * (invocationsPerOpening + 1) + robots(t))
  const signed = opened * share
  const all = [
    part('Lambda@Edge requests', 'a second in one Region', [peakOf(arrivals, invoked), limits.edgeRequests]),
    part('Lambda concurrency', 'at a time in one Region', [
      peakOf(arrivals, needed),
      limits.lambdaConcurrency - parameters.otherConcurrency,
    ]),
    part('new environments', 'in 10 s in one Region', [
      peakOf(arrivals, t => needed(t) - needed(t - 10)),
      limits.lambdaScaling,
    ]),
    part('writes to the table', 'a second', [opened, parameters.tableWrites]),
    part('CloudFront requests', 'a second', [requests, limits.distributionRequests]),
    part('bytes from CloudFront', 'Gbit/s', [(opened * fileMegabytes * 8) / 1000, limits.distributionGigabits]),
    ...(pages > 0 ? [part('reads of the table', 'a second', [pages, limits.tableFirstReads])] : []),
    ...(sharedReference ? [part('links with one reference', 'writes a second', [opened, limits.partitionWrites])] : []),
    ...(sharedFile ? [part('S3, one file', 'requests a second', [opened, limits.objectReads])] : []),
    ...(signer === 'kms' ? [part('KMS', 'signatures a second in one Region', [signed, limits.kmsSignEcc])] : []),
  ]
  return all.toSorted((a, b) => a.recipientsAtLimit - b.recipientsAtLimit)
}

/** How links are issued. */
export interface Issuing {
  /** Principals that issue at the same time, each with a quota of its own. */
  readonly callers: number
  /** The setting `callerQuota`: links a minute of one caller. */
  readonly callerQuota: number
  /** The setting `requestsPerSecond` of the API. */
  readonly requestsPerSecond: number
}

/** Returns the seconds in which so many links are issued, in full batches. */
export function issuingSeconds(
  links: number,
  { callers, callerQuota, requestsPerSecond }: Issuing,
  { tableWrites, sharedReference, limits }: Parameters,
): number {
  const perSecond = Math.min(
    (callers * callerQuota) / 60,
    requestsPerSecond * maxBatch,
    tableWrites,
    sharedReference ? limits.partitionWrites : Infinity,
  )
  return links / perSecond
}
