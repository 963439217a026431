/** How sure a figure is: AWS documents it, someone else says so, or we assume it and the first deployment must show it. */
export type Confidence = 'documented' | 'third party' | 'assumed'

/** A limit of AWS that no setting of ours changes, with its source. Accounts may have others: Service Quotas shows them. */
export interface Limit {
  readonly value: number
  readonly unit: string
  /** What shares the limit. */
  readonly per: string
  /** The title of the page that says so. */
  readonly source: string
  /** The month of the text that was read. */
  readonly asOf: string
  readonly confidence: Confidence
  /** How it is raised; undefined if it can't be. */
  readonly raise?: string
}

/** Completes the limits of one page, which are documented and were read in one month. */
function page(source: string, asOf = '2026-10'): (limit: Omit<Limit, 'source' | 'asOf' | 'confidence'>) => Limit {
  return limit => ({ ...limit, source, asOf, confidence: 'documented' })
}

const cloudFront = page('Amazon CloudFront, "Quotas"')
const scaling = page('AWS Lambda, "Lambda scaling behavior"')
const onDemand = page('Amazon DynamoDB, "DynamoDB on-demand capacity mode"')
const partitions = page('Amazon DynamoDB, "Burst and adaptive capacity"')
const kms = page('AWS Key Management Service, "Request quotas"')
const apiGateway = page('Amazon API Gateway, "Quotas"')
const logs = page('Amazon CloudWatch Logs, "CloudWatch Logs quotas"')

const serviceQuotas = 'Service Quotas, or a support case'

/** All limits that a campaign may meet, at their defaults. */
export const limits = {
  /** Shared by the edge function's replica and every ordinary function of the account in the Region. */
  lambdaConcurrency: cloudFront({
    value: 1000,
    unit: 'executions at a time',
    per: 'account and Region',
    raise: `${serviceQuotas}, to tens of thousands`,
  }),
  /** AWS documents that new accounts have less, and not how much. */
  newAccountConcurrency: {
    value: 10,
    unit: 'executions at a time',
    per: 'account and Region',
    source: 'AWS Lambda, "Lambda quotas" (that it is less); public reports (how much)',
    asOf: '2026-11',
    confidence: 'third party',
    raise: `by use, or ${serviceQuotas}`,
  },
  /** New execution environments in 10 s. AWS refills it continuously and saves up no more than this. */
  lambdaScaling: scaling({ value: 1000, unit: 'new environments in 10 s', per: 'function and Region' }),
  requestsPerEnvironment: cloudFront({ value: 10, unit: 'requests a second', per: 'execution environment' }),
  edgeRequests: cloudFront({
    value: 10_000,
    unit: 'requests a second',
    per: 'account and Region',
    raise: serviceQuotas,
  }),
  distributionRequests: cloudFront({
    value: 250_000,
    unit: 'requests a second',
    per: 'distribution',
    raise: 'a support case',
  }),
  distributionGigabits: cloudFront({ value: 150, unit: 'Gbit/s', per: 'distribution', raise: 'a support case' }),
  tableFirstWrites: onDemand({
    value: 4000,
    unit: 'write units a second',
    per: 'new table or index',
    raise: 'warm throughput of the table',
  }),
  tableFirstReads: onDemand({
    value: 12_000,
    unit: 'read units a second',
    per: 'new table or index',
    raise: 'warm throughput of the table',
  }),
  /** A table serves twice its last peak at once; more than that may be throttled until so much time has passed. */
  tableDoubling: onDemand({ value: 30, unit: 'minutes', per: 'table or index' }),
  tableWrites: onDemand({
    value: 40_000,
    unit: 'write units a second',
    per: 'table and Region',
    raise: serviceQuotas,
  }),
  tableReads: onDemand({ value: 40_000, unit: 'read units a second', per: 'table and Region', raise: serviceQuotas }),
  /** Also of one value of an index's partition key, such as one `reference`. */
  partitionWrites: partitions({ value: 1000, unit: 'write units a second', per: 'partition' }),
  partitionReads: partitions({ value: 3000, unit: 'read units a second', per: 'partition' }),
  kmsSignEcc: kms({ value: 1000, unit: 'requests a second', per: 'account and Region', raise: serviceQuotas }),
  kmsSignRsa: kms({ value: 1000, unit: 'requests a second', per: 'account and Region', raise: serviceQuotas }),
  secretReads: page('AWS Secrets Manager, "AWS Secrets Manager quotas"')({
    value: 10_000,
    unit: 'requests a second',
    per: 'account and Region',
  }),
  apiRequests: apiGateway({
    value: 10_000,
    unit: 'requests a second',
    per: 'account and Region',
    raise: serviceQuotas,
  }),
  apiBurst: apiGateway({ value: 5000, unit: 'requests at once', per: 'account and Region' }),
  objectReads: page('Amazon S3, "Best practices design patterns: optimizing Amazon S3 performance"')({
    value: 5500,
    unit: 'requests a second',
    per: 'partitioned prefix',
  }),
  logWrites: logs({ value: 5000, unit: 'requests a second', per: 'account and Region', raise: serviceQuotas }),
  /** Each execution environment creates one. */
  logStreams: logs({ value: 50, unit: 'requests a second', per: 'account and Region', raise: serviceQuotas }),
  events: page(
    'Amazon EventBridge, "Amazon EventBridge quotas"',
    '2026-11',
  )({
    value: 10_000,
    unit: 'requests a second',
    per: 'account and Region, in us-east-1; less elsewhere',
    raise: serviceQuotas,
  }),
} as const satisfies Readonly<Record<string, Limit>>

/** The value of each limit, which a forecast may replace: by what an account has, or for a test. */
export type LimitValues = Readonly<Record<keyof typeof limits, number>>

/** AWS's defaults as values. */
export const defaultLimits = Object.fromEntries(
  Object.entries(limits).map(([name, { value }]) => [name, value]),
) as LimitValues
