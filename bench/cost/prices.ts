/**
 * What AWS charges, as far as we know. USD list prices without tax, us-east-1 and CloudFront's edges in the US and EU.
 *
 * Compiled on 2026-11-24 from the sources named; nothing was tried on an account. Only
 * prices marked `documented` stand on a page of AWS. The others are unconfirmed: look at `confidence` before you rely on
 * a total. Prices for a first tier are used for any volume, so that large bills come out too high rather than too low.
 */

/**
 * Where a price was seen, the weakest source where there are several: on a page of AWS, on somebody else's page, inferred
 * or remembered by the reference, or remembered by us because the reference doesn't have it.
 */
export type Confidence = 'documented' | 'third party' | 'inferred' | 'general knowledge'

/** `dollars` for `per` units, as its source puts it. */
export interface Price {
  readonly dollars: number
  readonly per: number
  /** One of what is counted, in the singular. Bytes are counted in GB of 10^9; memory in GB of 1024 MB. */
  readonly unit: string
  readonly confidence: Confidence
  /** Who says so. */
  readonly source: string
  /** When it was so: the source's own date where it has one, otherwise the day it was read; YYYY-MM-DD or YYYY-MM. */
  readonly asOf: string
  /** Units that cost nothing each month, for ever. Only counted when asked for. */
  readonly freePerMonth?: number
}

const compiled = '2026-11-24'
const documented = { confidence: 'documented', asOf: compiled } as const
const quoted = { confidence: 'third party', asOf: compiled } as const
const inferred = { confidence: 'inferred', asOf: compiled } as const
const remembered = { confidence: 'general knowledge', asOf: compiled } as const
const million = 1_000_000

/** Every price that the model uses, by a name of ours. */
export const prices = {
  cloudfrontRequest: {
    dollars: 0.01,
    per: 10_000,
    unit: 'HTTPS request',
    confidence: 'third party',
    source: 'factualminds.com (US, CA, EU; up to $0.022 elsewhere); free tier: aws.amazon.com/cloudfront/pricing',
    asOf: '2026-06',
    freePerMonth: 10 * million,
  },
  cloudfrontOut: {
    ...documented,
    dollars: 0.085,
    per: 1,
    unit: 'GB',
    source: 'aws.amazon.com/cloudfront/pricing (first 10 TB, US and EU; S3 to CloudFront is free)',
    freePerMonth: 1000,
  },
  edgeInvocation: {
    ...quoted,
    dollars: 0.6,
    per: million,
    unit: 'invocation',
    source: 'public repositories that quote the Lambda@Edge price; no free tier',
  },
  edgeDuration: {
    ...quoted,
    dollars: 0.00005001,
    per: 1,
    unit: 'GB-second',
    source:
      'public repositories that quote the Lambda@Edge price; steps of 1 ms: aws.amazon.com/about-aws/whats-new/2021/03',
  },
  dynamodbWrite: {
    ...quoted,
    dollars: 0.625,
    per: million,
    unit: 'write unit',
    source:
      'airbyte.com/data-engineering-resources/dynamodb-pricing and another, after the cut of 2024-11; one for each replica at the same price: DynamoDB developer guide, global-tables-billing',
  },
  dynamodbRead: {
    ...quoted,
    dollars: 0.125,
    per: million,
    unit: 'read unit',
    source: 'airbyte.com/data-engineering-resources/dynamodb-pricing and another, after the cut of 2024-11',
  },
  dynamodbStorage: {
    ...remembered,
    dollars: 0.25,
    per: 1,
    unit: 'GB-month',
    source: 'not in the reference and not looked up: aws.amazon.com/dynamodb/pricing/on-demand',
  },
  kmsSignRsa: {
    ...quoted,
    dollars: 0.03,
    per: 10_000,
    unit: 'RSA_2048 signature',
    source: 'public transcriptions of the price list at aws.amazon.com/kms/pricing; outside the free tier',
  },
  kmsSignP256: {
    ...quoted,
    dollars: 0.15,
    per: 10_000,
    unit: 'P-256 signature',
    source: 'public transcriptions of the price list at aws.amazon.com/kms/pricing; outside the free tier',
  },
  kmsKey: {
    ...documented,
    dollars: 1,
    per: 1,
    unit: 'key and month',
    source: 'aws.amazon.com/kms/pricing (each replica of a multi-Region key counts)',
  },
  secret: {
    ...inferred,
    dollars: 0.4,
    per: 1,
    unit: 'secret and month',
    source: 'hivebook.wiki and others for the price; that each replica is billed as a secret is inferred',
  },
  secretRead: {
    ...quoted,
    dollars: 0.05,
    per: 10_000,
    unit: 'call',
    source: 'hivebook.wiki and others',
  },
  restRequest: {
    ...documented,
    dollars: 3.5,
    per: million,
    unit: 'REST request',
    source: 'AWS whitepaper best-practices-api-gateway-private-apis-integration, cost-optimization (first 333 million)',
  },
  lambdaInvocation: {
    ...inferred,
    dollars: 0.2,
    per: million,
    unit: 'invocation',
    source: 'public price tables, not confirmed',
  },
  lambdaDuration: {
    ...inferred,
    dollars: 0.0000166667,
    per: 1,
    unit: 'GB-second',
    source: 'public price tables, not confirmed (x86)',
  },
  wafAcl: {
    ...inferred,
    dollars: 5,
    per: 1,
    unit: 'web ACL and month',
    source: "the reference's general knowledge",
  },
  wafRule: {
    ...inferred,
    dollars: 1,
    per: 1,
    unit: 'rule and month',
    source: "the reference's general knowledge",
  },
  wafRequest: {
    ...inferred,
    dollars: 0.6,
    per: million,
    unit: 'request',
    source: "the reference's general knowledge",
  },
  logs: {
    ...quoted,
    dollars: 0.5,
    per: 1,
    unit: 'GB',
    source: 'go-cloud.io, 2026 (CloudWatch Logs, ingestion)',
  },
  s3Get: {
    ...inferred,
    dollars: 0.4,
    per: million,
    unit: 'GET',
    source: 'not confirmed (S3 Standard)',
  },
  s3Out: {
    ...remembered,
    dollars: 0.09,
    per: 1,
    unit: 'GB',
    source: 'not in the reference and not looked up: aws.amazon.com/s3/pricing (to the internet, first 10 TB)',
    freePerMonth: 100,
  },
} as const satisfies Record<string, Price>

/** The name of a price. */
export type PriceName = keyof typeof prices
