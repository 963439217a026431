/** How sure a price is: a page of AWS says so, someone else does, or we assume it and a first bill must show it. */
export type Confidence = 'documented' | 'third party' | 'assumed'

/** A list price in us-east-1, in US dollars, without taxes and free tiers: `dollars` for `per` units. */
export interface Price {
  readonly dollars: number
  readonly per: number
  /** What is counted, in the plural. A GB of bytes has 10^9 of them, a GB of memory 1,024 MB. */
  readonly unit: string
  readonly source: string
  readonly confidence: Confidence
}

/** The month in which the prices were read. */
export const pricesAsOf = '2026-11'

const million = 1e6
const documented = { confidence: 'documented' } as const
const quoted = { confidence: 'third party' } as const
const assumed = { confidence: 'assumed', source: 'general knowledge, not looked up' } as const

const lists = 'public price lists'
const dynamodb = 'airbyte.com, "Amazon DynamoDB Pricing", 2025-07'
const waf = 'c3x.dev, "AWS WAF cost explained", 2026'
const kms = 'AWS Key Management Service, "Pricing"'
const plans = 'duckbillhq.com, on flat-rate plans, 2026-01'

/** All prices that a deployment meets. In regions other than us-east-1 some are higher, seldom by more than a third. */
export const prices = {
  cloudFrontRequests: {
    ...quoted,
    dollars: 1,
    per: million,
    unit: 'HTTPS requests in Europe and North America; up to 2.2 dollars elsewhere',
    source: 'factualminds.com, 2026-06',
  },
  cloudFrontBytes: {
    ...documented,
    dollars: 0.085,
    per: 1,
    unit: 'GB in Europe and North America, of the first 10 TB in a month',
    source: 'Amazon CloudFront, "Pricing"',
  },
  cloudFrontFunctions: { ...quoted, dollars: 0.1, per: million, unit: 'calls', source: 'cur.vantage.sh' },
  planFree: { ...quoted, dollars: 0, per: 1, unit: 'months', source: plans },
  planPro: { ...quoted, dollars: 15, per: 1, unit: 'months', source: plans },
  planBusiness: { ...quoted, dollars: 200, per: 1, unit: 'months', source: plans },
  edgeRequests: { ...quoted, dollars: 0.6, per: million, unit: 'requests', source: lists },
  edgeSeconds: { ...quoted, dollars: 0.00005001, per: 1, unit: 'GB-seconds', source: lists },
  functionRequests: { ...quoted, dollars: 0.2, per: million, unit: 'requests', source: lists },
  functionSeconds: {
    ...quoted,
    dollars: 0.0000133334,
    per: 1,
    unit: 'GB-seconds on arm64',
    source: 'cloudchipr.com, "AWS Lambda Pricing", 2024',
  },
  writes: { ...quoted, dollars: 0.625, per: million, unit: 'write units, of each replica', source: dynamodb },
  reads: { ...quoted, dollars: 0.125, per: million, unit: 'read units', source: dynamodb },
  storage: {
    ...documented,
    dollars: 0.25,
    per: 1,
    unit: 'GB-months, of each replica',
    source: 'Amazon DynamoDB, "Pricing"',
  },
  backups: { ...assumed, dollars: 0.2, per: 1, unit: 'GB-months of point-in-time recovery, of each replica' },
  apiRequests: {
    ...documented,
    dollars: 3.5,
    per: million,
    unit: 'requests to a REST API',
    source: 'AWS, "Best practices for private APIs", cost optimisation',
  },
  secrets: {
    ...quoted,
    dollars: 0.4,
    per: 1,
    unit: 'secrets and months; that a copy counts as a secret is assumed',
    source: 'hivebook.wiki, on Secrets Manager',
  },
  secretReads: { ...quoted, dollars: 5, per: million, unit: 'calls', source: 'hivebook.wiki, on Secrets Manager' },
  keys: { ...documented, dollars: 1, per: 1, unit: 'keys and months, each replica too', source: kms },
  keyRequests: {
    ...quoted,
    dollars: 3,
    per: million,
    unit: 'requests for a symmetric key',
    source: 'factualminds.com, on KMS, 2026-06',
  },
  signatures: { ...documented, dollars: 15, per: million, unit: 'with P-256', source: kms },
  signaturesRsa: { ...documented, dollars: 3, per: million, unit: 'with RSA-2048', source: kms },
  objectRequests: { ...assumed, dollars: 0.4, per: million, unit: 'GET and HEAD' },
  objectStorage: {
    ...quoted,
    dollars: 0.023,
    per: 1,
    unit: 'GB-months in the class Standard',
    source: 'deepeshsoni.com, on Amazon S3',
  },
  firewalls: { ...quoted, dollars: 5, per: 1, unit: 'web ACLs and months', source: waf },
  firewallRules: { ...quoted, dollars: 1, per: 1, unit: 'rules and months', source: waf },
  firewallRequests: { ...quoted, dollars: 0.6, per: million, unit: 'requests', source: waf },
  logs: { ...quoted, dollars: 0.5, per: 1, unit: 'GB', source: 'go-cloud.io, 2026' },
  metrics: {
    ...quoted,
    dollars: 0.3,
    per: 1,
    unit: 'metrics of our own and months, by the hour in which they get data',
    source: 'calculator.city, on CloudWatch',
  },
  metricReads: { ...assumed, dollars: 10, per: million, unit: 'metrics that GetMetricData asks for' },
  metricLists: { ...assumed, dollars: 10, per: million, unit: 'calls of ListMetrics' },
  alarms: {
    ...quoted,
    dollars: 0.1,
    per: 1,
    unit: 'metrics of alarms and months',
    source: 'c3x.dev, on CloudWatch alarms, 2026',
  },
  dashboards: { ...assumed, dollars: 3, per: 1, unit: 'dashboards and months; the first three of an account are free' },
  events: {
    ...quoted,
    dollars: 1,
    per: million,
    unit: 'events',
    source: 'factualminds.com, on EventBridge, 2026-06',
  },
  queueRequests: {
    ...assumed,
    dollars: 0.4,
    per: million,
    unit: 'requests to SQS; the first million of a month is free',
  },
  endpoints: {
    ...quoted,
    dollars: 0.01,
    per: 1,
    unit: 'hours of an interface endpoint in one zone',
    source: 'awsnegotiations.com, on PrivateLink, 2026-05',
  },
  endpointBytes: {
    ...quoted,
    dollars: 0.01,
    per: 1,
    unit: 'GB through an interface endpoint',
    source: 'awsnegotiations.com, on PrivateLink, 2026-05',
  },
  transfer: { ...assumed, dollars: 0.02, per: 1, unit: 'GB from one Region to another' },
} as const satisfies Readonly<Record<string, Price>>

/** The name of a price. */
export type PriceName = keyof typeof prices

/** Returns what `quantity` units cost, in dollars. */
export function dollarsFor(name: PriceName, quantity: number): number {
  const { dollars, per } = prices[name]
  return (quantity * dollars) / per
}
