import { maxBatch } from '../../../shared/schemas/batch.ts'
import type { Campaign } from './arrivals.ts'
import type { Confidence } from './limits.ts'
import type { Parameters } from './parameters.ts'

/** A list price in us-east-1, in US dollars. */
export interface Price {
  readonly dollars: number
  readonly per: string
  readonly source: string
  readonly confidence: Confidence
}

const million = 1e6
const unlisted = 'general knowledge, not looked up'

/** All prices that a campaign meets, read in 2026-11. */
export const prices = {
  cloudFrontRequests: {
    dollars: 1,
    per: 'million HTTPS requests in Europe and North America; up to 2.2 elsewhere',
    source: 'factualminds.com, 2026-06',
    confidence: 'third party',
  },
  cloudFrontBytes: {
    dollars: 0.085,
    per: 'GB in Europe and North America, of the first 10 TB in a month',
    source: 'Amazon CloudFront, "Pricing"',
    confidence: 'documented',
  },
  edgeRequests: { dollars: 0.6, per: 'million', source: 'public price lists', confidence: 'third party' },
  edgeSeconds: { dollars: 0.00005001, per: 'GB-second', source: 'public price lists', confidence: 'third party' },
  functionRequests: { dollars: 0.2, per: 'million', source: 'public price lists', confidence: 'third party' },
  functionSeconds: { dollars: 0.0000166667, per: 'GB-second', source: 'public price lists', confidence: 'third party' },
  writes: {
    dollars: 0.625,
    per: 'million write units, of each replica',
    source: 'airbyte.com, "Amazon DynamoDB Pricing", 2025-07',
    confidence: 'third party',
  },
  reads: {
    dollars: 0.125,
    per: 'million read units',
    source: 'airbyte.com, "Amazon DynamoDB Pricing", 2025-07',
    confidence: 'third party',
  },
  storage: { dollars: 0.25, per: 'GB-month, of each replica', source: unlisted, confidence: 'assumed' },
  apiRequests: {
    dollars: 3.5,
    per: 'million',
    source: 'AWS, "Best practices for private APIs", cost optimisation',
    confidence: 'documented',
  },
  secretReads: { dollars: 5, per: 'million', source: 'public price lists', confidence: 'third party' },
  signatures: {
    dollars: 15,
    per: 'million with P-256; 3 with RSA-2048',
    source: 'AWS Key Management Service, "Pricing"',
    confidence: 'documented',
  },
  objectRequests: { dollars: 0.4, per: 'million GET', source: unlisted, confidence: 'assumed' },
  firewall: { dollars: 0.6, per: 'million requests', source: unlisted, confidence: 'assumed' },
  logs: { dollars: 0.5, per: 'GB', source: 'go-cloud.io, 2026', confidence: 'third party' },
  events: { dollars: 1, per: 'million events', source: unlisted, confidence: 'assumed' },
} as const satisfies Readonly<Record<string, Price>>

/** One line of the bill. */
export interface CostItem {
  readonly item: string
  readonly dollars: number
}

/** Bytes of a line in the log, with what CloudWatch Logs adds; as in docs/deploy.md. */
const logBytes = 600
/** Bytes of a link's item, with DynamoDB's 100 for its index of items. */
const itemBytes = 500
/** Seconds and memory of the function that issues a batch: an assumption. */
const batch = { size: maxBatch, seconds: 1, gigabytes: 0.5 } as const

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
  const batches = recipients / batch.size
  const perLink = (1 + (sharedReference ? 1 : 0)) * replicas
  const month = (recipients * itemBytes * replicas) / 1e9
  const inMillions = (count: number, { dollars }: Price) => (count / million) * dollars
  const item = (name: string, ...dollars: number[]): CostItem => ({
    item: name,
    dollars: dollars.reduce((sum, each) => sum + each, 0),
  })
  return [
    item('bytes from CloudFront', ((opened * fileMegabytes) / 1000) * prices.cloudFrontBytes.dollars),
    item('CloudFront requests', inMillions(invoked + opened, prices.cloudFrontRequests)),
    item('AWS WAF', inMillions(invoked + opened, prices.firewall)),
    item(
      'Lambda@Edge',
      inMillions(invoked, prices.edgeRequests),
      invoked * warmSeconds * (edgeMemory / 1024) * prices.edgeSeconds.dollars,
    ),
    item(
      'DynamoDB',
      inMillions((recipients + opened) * perLink + batches * 3, prices.writes),
      inMillions(pages, prices.reads),
      month * prices.storage.dollars,
    ),
    item('events', inMillions(opened, prices.events)),
    item('logs', ((invoked + batches) * logBytes * prices.logs.dollars) / 1e9),
    item('S3', inMillions(recipients + opened, prices.objectRequests)),
    item(
      'API',
      inMillions(batches, prices.apiRequests),
      inMillions(batches, prices.functionRequests),
      batches * batch.seconds * batch.gigabytes * prices.functionSeconds.dollars,
    ),
    item('Secrets Manager', inMillions(Object.keys(campaign.regions).length * 1000, prices.secretReads)),
    ...(signer === 'kms' ? [item('KMS', inMillions(opened, prices.signatures))] : []),
  ]
}

/** Returns the sum of a bill. */
export function sumOf(items: readonly CostItem[]): number {
  return items.reduce((sum, { dollars }) => sum + dollars, 0)
}
