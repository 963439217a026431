import { bytes, run } from '../../../infra/cost/assumptions.ts'
import { type PriceName, prices } from '../../../infra/cost/prices.ts'
import { maxBatch } from '../../../shared/limits.ts'
import type { Campaign } from './arrivals.ts'
import type { Parameters } from './parameters.ts'

/** The prices that a campaign meets. */
export const campaignPrices = [
  'cloudFrontBytes',
  'cloudFrontRequests',
  'cloudFrontFunctions',
  'edgeRequests',
  'edgeSeconds',
  'writes',
  'reads',
  'storage',
  'objectRequests',
  'apiRequests',
  'functionRequests',
  'functionSeconds',
  'secretReads',
  'signatures',
] as const satisfies readonly PriceName[]

/** One line of the bill. */
export interface CostItem {
  readonly item: string
  readonly dollars: number
}

/**
 * Returns what one campaign costs, from issuing to the last download, without free tiers, taxes, what a deployment costs
 * anyway, and warm throughput, whose price was not found. Who is refused and tries again is not in it.
 */
export function costOf(campaign: Campaign, parameters: Parameters): readonly CostItem[] {
  const { invocationsPerOpening, replicas, edgeMemory, warmSeconds, signer, sharedReference, fileMegabytes } =
    parameters
  const { recipients, openShare, robots } = campaign
  const opened = recipients * openShare
  const scanned = recipients * robots.share
  const invoked = opened * invocationsPerOpening + scanned
  const pages = invocationsPerOpening === 2 ? opened + scanned : 0
  const batches = recipients / maxBatch
  const perLink = (1 + (sharedReference ? 1 : 0)) * replicas
  const month = (recipients * bytes.item * replicas) / 1e9
  const item = (name: string, ...uses: (readonly [PriceName, number])[]): CostItem => ({
    item: name,
    dollars: uses.reduce((sum, [price, quantity]) => sum + quantity * prices[price], 0),
  })
  return [
    item('bytes from CloudFront', ['cloudFrontBytes', (opened * fileMegabytes) / 1000]),
    item('CloudFront requests', ['cloudFrontRequests', invoked + opened]),
    item('gate', ['cloudFrontFunctions', opened]),
    item('Lambda@Edge', ['edgeRequests', invoked], ['edgeSeconds', invoked * warmSeconds * (edgeMemory / 1024)]),
    item('DynamoDB', ['writes', (recipients + opened) * perLink + batches * 3], ['reads', pages], ['storage', month]),
    item('S3', ['objectRequests', recipients + opened]),
    item(
      'API',
      ['apiRequests', batches],
      ['functionRequests', batches],
      ['functionSeconds', batches * run.batch * run.gigabytes],
    ),
    item('Secrets Manager', ['secretReads', Object.keys(campaign.regions).length * 1000]),
    ...(signer === 'kms' ? [item('KMS', ['signatures', opened])] : []),
  ]
}

/** Returns the sum of a bill. */
export function sumOf(items: readonly CostItem[]): number {
  return items.reduce((sum, { dollars }) => sum + dollars, 0)
}
