import { maxBatch, quotaBlockOf } from '../../shared/limits.ts'
import { hasEndpoints } from '../../construct/endpoint-rules.ts'
import { deploymentOf } from '../../construct/parse-settings.ts'
import { customerKeyRegionsOf, firewallOf, readerRegionsOf, signerKeysOf } from '../../construct/placement.ts'
import { apiRegionsOf, secretRegionsOf, type Settings } from '../../construct/settings.ts'
import { lambdaEdgeRegions } from '../../construct/lambda-edge-regions.ts'
import { alarmMetrics, batchWindow, bytes, days, hours, refreshes, run, watches } from './assumptions.ts'
import { deliveryLines, loggedGigabyteMonths } from './deliveries.ts'
import { type CostLine, invocations, line, million } from './lines.ts'
import { webhookLines } from './webhook-lines.ts'
import { dollarsFor, type PriceName } from './prices.ts'

/** How links are issued: one request for each, or one for a batch of a hundred. Each link is then redeemed once. */
export interface Workload {
  readonly linksPerRequest: 1 | typeof maxBatch
}

/** What the lines of the bill are calculated from. */
interface Facts {
  readonly settings: Settings
  readonly perRequest: number
  /** Requests to the api for a million links. */
  readonly requests: number
  readonly homes: number
  /** Home Regions in which a function reads the stream of the table. */
  readonly streams: number
  readonly apis: number
  /** Regions of the secret, which are also those of a key that signs. */
  readonly secrets: number
  readonly signingKeys: number
  /** What requests to CloudFront cost: with a plan nothing. */
  readonly viaCloudFront: (name: PriceName, quantity: number) => number
}

/**
 * Returns what a deployment costs by list price in us-east-1, without free tiers and taxes, from its settings alone. Links name
 * objects of their own, have no options, and their requests no Idempotency-Key.
 */
export function costOf(settings: Settings, { linksPerRequest }: Workload): readonly CostLine[] {
  const facts = factsOf(settings, linksPerRequest)
  const lines = [
    ...viewerLines(facts),
    ...apiLines(facts),
    ...tableLines(facts),
    ...keyLines(facts),
    ...watchLines(facts),
    ...webhookLines(settings),
  ]
  return lines.filter(({ idle, inUse, million: each }) => idle + inUse + each > 0)
}

function factsOf(settings: Settings, perRequest: number): Facts {
  return {
    settings,
    perRequest,
    requests: million / perRequest,
    homes: settings.homeRegions.length,
    streams: readerRegionsOf(settings).length,
    apis: apiRegionsOf(settings).length,
    secrets: secretRegionsOf(settings).length,
    signingKeys: signerKeysOf(settings).length,
    viaCloudFront: (name, quantity) => (settings.plan === undefined ? dollarsFor(name, quantity) : 0),
  }
}

/** A link is two requests: for the redirect and for its file, which also calls the gate. */
function viewerLines({ settings, viaCloudFront }: Facts): readonly CostLine[] {
  const { plan, edgeMemory, mode } = settings
  const seconds = run.edge + (mode === 'strong' ? run.strongWrite : 0)
  const plans = { free: 'planFree', pro: 'planPro', business: 'planBusiness' } as const
  const firewall = firewallOf(settings)
  const isOwn = firewall === 'own' && plan === undefined
  const inspected = firewall === 'none' ? 0 : 2 * million
  return [
    line("CloudFront's plan", { idle: plan === undefined ? 0 : dollarsFor(plans[plan], 1) }),
    line('CloudFront requests', { million: viaCloudFront('cloudFrontRequests', 2 * million) }),
    line('bytes of redirects', { million: viaCloudFront('cloudFrontBytes', bytes.redirect / 1000) }),
    line('gate', { million: viaCloudFront('cloudFrontFunctions', million) }),
    line('Lambda@Edge', {
      million: dollarsFor('edgeRequests', million) + dollarsFor('edgeSeconds', million * seconds * (edgeMemory / 1024)),
    }),
    line('transfer between edges and tables', { million: dollarsFor('transfer', bytes.storeCall / 1000) }),
    line('firewall', {
      idle: isOwn ? dollarsFor('firewalls', 1) + dollarsFor('firewallRules', 1) : 0,
      million: viaCloudFront('firewallRequests', inspected),
    }),
    line('access logs of CloudFront', { million: dollarsFor('objectStorage', loggedGigabyteMonths(settings)) }),
    ...deliveryLines(settings),
    line('S3 requests for files', { million: dollarsFor('objectRequests', million) }),
  ]
}

function apiLines({ settings, perRequest, requests, apis }: Facts): readonly CostLine[] {
  const seconds = perRequest === 1 ? run.issue : run.batch
  const isPrivate = settings.network === 'private'
  const services = settings.audit ? 3 : 2
  const endpoints = isPrivate ? services * 2 * apis : 0 // each in two zones
  const passed = isPrivate ? (requests * (2300 + 700 * perRequest)) / 1e9 : 0
  return [
    line('API Gateway', { million: dollarsFor('apiRequests', requests) }),
    line('functions of the api', {
      million:
        dollarsFor('functionRequests', requests) + dollarsFor('functionSeconds', requests * seconds * run.gigabytes),
    }),
    line('HeadObject before issuing', { million: dollarsFor('objectRequests', million) }),
    line('interface endpoints', {
      idle: dollarsFor('endpoints', endpoints * hours),
      million: dollarsFor('endpointBytes', passed),
    }),
    line('access log of the api', {
      million: settings.accessLogs ? dollarsFor('logs', (requests * bytes.apiLog) / 1e9) : 0,
    }),
  ]
}

/**
 * A link is two writes, one to issue and one to redeem, in each replica; AWS doesn't bill their transfer, nor a witness. A receipt
 * is removed by TTL, which is free in one replica, or by the sweeper.
 */
function tableLines(facts: Facts): readonly CostLine[] {
  const { settings, homes, requests, perRequest, streams } = facts
  const receipts = facts.signingKeys > 0 // with a key in KMS, every link keeps one
  const isStrong = settings.mode === 'strong'
  const removals = receipts ? homes - (isStrong ? 0 : 1) : 0
  const counted = requests * Math.min(1, perRequest / quotaBlockOf(deploymentOf(settings).callerQuota))
  const stored = ((million * bytes.item) / 1e9) * ((receipts ? days.receipt : days.unused) / days.month) * homes
  const scanned = receipts && isStrong ? (million * days.receipt * bytes.item) / 4096 / 2 : 0
  const published = (settings.events ? million : 0) + (settings.audit ? million : 0)
  return [
    line('DynamoDB writes', { million: dollarsFor('writes', million * (2 * homes + removals)) }),
    line("DynamoDB writes of callers' quotas", { million: dollarsFor('writes', counted) }),
    line('DynamoDB storage and backups', {
      million: dollarsFor('storage', stored) + (isStrong ? 0 : dollarsFor('backups', stored)),
    }),
    line('reads of the sweeper', { million: dollarsFor('reads', scanned) }),
    line('function that reads the stream', {
      inUse: invocations((hours * 3600 * streams) / batchWindow[settings.events ? 'published' : 'counted']),
      million: invocations(million / maxBatch),
    }),
    line('events on the bus', { million: dollarsFor('events', published) }),
  ]
}

function keyLines({ settings, secrets, apis, signingKeys }: Facts): readonly CostLine[] {
  const { signer, keySpec } = settings
  const own = customerKeyRegionsOf(settings).length
  const reads = refreshes * (lambdaEdgeRegions.length + apis)
  const signature = keySpec === 'P-256' ? 'signatures' : 'signaturesRsa'
  return [
    line('secret and its copies', { idle: dollarsFor('secrets', secrets), inUse: dollarsFor('secretReads', reads) }),
    line('KMS keys that encrypt', {
      idle: dollarsFor('keys', own),
      inUse: own > 0 ? dollarsFor('keyRequests', reads + 2 * refreshes * own) : 0,
    }),
    line('KMS keys that sign', {
      idle: dollarsFor('keys', signingKeys * secrets),
      million: signer === 'kms' ? dollarsFor(signature, million) : 0,
    }),
  ]
}

function watchLines({ settings, streams, homes, apis }: Facts): readonly CostLine[] {
  const otherEdges = lambdaEdgeRegions.length - 1
  const more = settings.alarms === 'all' ? streams + 2 * homes + 2 * apis : 0
  // In us-east-1, throttles and errors have two names each. In other Regions, a list says whether the function ran there.
  const restApis = settings.auth === undefined ? apis : 2 * apis
  const read = dollarsFor('metricReads', (5 + streams + restApis + more) * watches)
  const listed = dollarsFor('metricLists', otherEdges * watches)
  return [
    line('alarms', { idle: dollarsFor('alarms', alarmMetricsOf(settings)) }),
    line('function that watches all Regions', {
      idle: read + listed + invocations(watches),
      inUse: dollarsFor('metricReads', 3 * otherEdges * watches),
    }),
    // The age of the secret gets data in one hour a day, `Redeemed` in each with a redemption.
    line('metrics of our own', { idle: dollarsFor('metrics', 1 / 24), inUse: dollarsFor('metrics', streams) }),
    line('dashboard', { idle: settings.dashboard ? dollarsFor('dashboards', 1) : 0 }),
  ]
}

function alarmMetricsOf(settings: Settings): number {
  const { alarms, deliveryProof } = settings
  return (
    alarmMetrics[alarms] +
    (deliveryProof ? alarmMetrics.proof : 0) +
    (hasEndpoints(settings) ? alarmMetrics.endpoints : 0)
  )
}
