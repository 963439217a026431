import { mail, push } from './arrivals.ts'
import { defaultLimits } from './limits.ts'
import { defaultParameters } from './parameters.ts'
import type { CampaignScenario, EdgeRegion } from './scenario.ts'

/** Where viewers are, and how far it is to the table: an assumption, with one Region for each part of the world. */
const edges = [
  { region: 'us-east-1', share: 0.35, roundTrips: { 'us-east-1': 4, 'us-east-2': 14, 'us-west-2': 65 } },
  { region: 'us-west-2', share: 0.15, roundTrips: { 'us-east-1': 65, 'us-east-2': 55, 'us-west-2': 4 } },
  { region: 'eu-central-1', share: 0.35, roundTrips: { 'us-east-1': 90, 'us-east-2': 100, 'us-west-2': 145 } },
  { region: 'ap-northeast-1', share: 0.15, roundTrips: { 'us-east-1': 150, 'us-east-2': 135, 'us-west-2': 100 } },
] as const satisfies readonly EdgeRegion[]

const { tableFirstWrites, partitionWrites, tableDoubling } = defaultLimits

/** A new table on demand, with AWS's defaults. */
const newTable = {
  perSecond: tableFirstWrites,
  perPartition: partitionWrites,
  partitions: tableFirstWrites / partitionWrites,
  burstSeconds: 1,
  splitAfterSeconds: tableDoubling * 60,
}

/** A table with too little capacity for the mail. */
const smallTable = { ...newTable, perSecond: 1500 }

/** The same with provisioned capacity, of which it saves up five minutes. */
const provisionedTable = { ...smallTable, burstSeconds: 300 }

const defaultLambda = {
  concurrency: defaultLimits.lambdaConcurrency,
  perSecond: defaultLimits.edgeRequests,
  newInTenSeconds: defaultLimits.lambdaScaling,
}

/** Lambda after its limits were raised for the campaign. */
const raisedLambda = { ...defaultLambda, concurrency: 10_000, perSecond: 100_000 }

/** Campaigns that meet each limit, at that many recipients. Durations are of the bench, or assumed. */
export function scenariosOf(recipients: number): readonly CampaignScenario[] {
  const asShipped: Omit<CampaignScenario, 'name'> = {
    campaign: mail(recipients),
    mode: 'home',
    homeRegions: ['us-east-1', 'us-east-2', 'us-west-2'],
    receipt: false,
    binds: ['exact'],
    signer: 'secret',
    urlSeconds: 30,
    edges,
    table: newTable,
    lambda: defaultLambda,
    kmsPerSecond: defaultLimits.kmsSignEcc,
    secretsPerSecond: defaultLimits.secretReads,
    durations: { warm: 8, cold: 1500, store: 5, storeAtLimit: 60, kms: 10, secret: 10, idle: 300_000 },
    viewers: { programs: 0.1, forwarded: 0.02, givingUp: defaultParameters.retry.givingUp },
    lostResponses: 0,
  }
  const phones = { ...asShipped, campaign: push(recipients) }
  return [
    { ...asShipped, name: 'mail' },
    { ...asShipped, name: 'mail, receipts, provisioned table', receipt: true, table: provisionedTable },
    { ...phones, name: 'push' },
    { ...asShipped, name: 'mail, lost responses, small table', table: smallTable, lostResponses: 0.002 },
    {
      ...phones,
      name: 'push, strong, receipts, more environments',
      mode: 'strong',
      receipt: true,
      lambda: raisedLambda,
    },
    { ...asShipped, name: 'mail, KMS', signer: 'kms', receipt: true },
    {
      ...asShipped,
      name: 'mail, receipts, bound to the client',
      receipt: true,
      binds: ['client', 'client-only', 'exact'],
      urlSeconds: 600,
      table: smallTable,
      lostResponses: 0.002,
    },
  ]
}
