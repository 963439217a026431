import { maxBatch, quotaBlockOf } from '../../../shared/limits.ts'
import { deploymentOf } from '../../settings/parse-settings.ts'
import { firewallOf, furtherServicesOf, readerRegionsOf } from '../../placement/placement.ts'
import { apiRegionsOf, type Settings } from '../../settings/settings.ts'
import { batchWindow, bytes, days, hours, logObjects, run, visit } from './assumptions.ts'
import { type CostLine, invocations, line, million, prices } from './prices.ts'
import { keyLines, watchLines, webhookLines } from './upkeep.ts'

/** How links are issued: one request for each, or one for a batch of a hundred. Each link is then redeemed once. */
export interface Workload {
  readonly linksPerRequest: 1 | typeof maxBatch
}

/**
 * Returns what a deployment costs by list price in us-east-1, without free tiers and taxes, from its settings alone. Links name
 * objects of their own, have no options, and their requests no Idempotency-Key.
 */
export function costOf(settings: Settings, { linksPerRequest }: Workload): readonly CostLine[] {
  const lines = [
    ...viewerLines(settings),
    ...deliveryLines(settings),
    line('S3 requests for files', { million: million * prices.objectRequests }),
    ...apiLines(settings, linksPerRequest),
    ...pageLines(settings),
    ...tableLines(settings, linksPerRequest),
    ...keyLines(settings),
    ...watchLines(settings),
    ...webhookLines(settings),
  ]
  return lines.filter(({ idle, inUse, million: each }) => idle + inUse + each > 0)
}

/** A link is two requests: for the redirect and for its file, which also calls the gate. With a plan, CloudFront bills none of them. */
function viewerLines(settings: Settings): readonly CostLine[] {
  const { plan, edgeMemory, mode } = settings
  const seconds = run.edge + (mode === 'strong' ? run.strongWrite : 0)
  const plans = { free: prices.planFree, pro: prices.planPro, business: prices.planBusiness }
  const firewall = firewallOf(settings)
  const isOwn = firewall === 'own' && plan === undefined
  const inspected = firewall === 'none' ? 0 : 2 * million
  const viaCloudFront = (dollars: number) => (plan === undefined ? dollars : 0)
  return [
    line("CloudFront's plan", { idle: plan === undefined ? 0 : plans[plan] }),
    line('CloudFront requests', { million: viaCloudFront(2 * million * prices.cloudFrontRequests) }),
    line('bytes of redirects', { million: viaCloudFront((bytes.redirect / 1000) * prices.cloudFrontBytes) }),
    line('gate', { million: viaCloudFront(million * prices.cloudFrontFunctions) }),
    line('Lambda@Edge', {
      million: million * (prices.edgeRequests + seconds * (edgeMemory / 1024) * prices.edgeSeconds),
    }),
    line('transfer between edges and tables', { million: (bytes.storeCall / 1000) * prices.transfer }),
    line('firewall', {
      idle: isOwn ? prices.firewalls + prices.firewallRules : 0,
      million: viaCloudFront(inspected * prices.firewallRequests),
    }),
    line('access logs of CloudFront', { million: loggedGigabyteMonths(settings) * prices.objectStorage }),
  ]
}

/** Returns the GB that the logs of a million links have, times the months for which they stay. */
function loggedGigabyteMonths({ accessLogs, deliveryProof, logRetentionDays }: Settings): number {
  const gigabytes = (size: number) => (2 * million * size) / 1e9
  if (accessLogs) return (gigabytes(bytes.accessLog) * logRetentionDays) / days.month
  return deliveryProof ? (gigabytes(bytes.deliveryLog) * days.proofLog) / days.month : 0
}

/**
 * What knowing deliveries costs: a link's file is delivered in one response, so its delivery is read, and then written, once. For
 * an event the link is read, too, which is eventually consistent and so takes half a unit.
 */
function deliveryLines({ deliveryProof, events }: Settings): readonly CostLine[] {
  if (!deliveryProof) return []
  const objects = (2 * million) / logObjects.records
  const stored = ((million * bytes.delivery) / 1e9) * (days.delivery / days.month)
  const reads = (events ? 1.5 : 1) * million
  return [
    line('deliveries: function, queue and requests to S3', {
      // Lambda asks the queue with five requests at a time, of up to 20 seconds each.
      idle: ((hours * 3600 * 5) / 20) * prices.queueRequests,
      million: invocations(objects / 10) + objects * (3 * prices.queueRequests + prices.objectRequests),
    }),
    line('deliveries: table', {
      million: million * prices.writes + reads * prices.reads + stored * (prices.storage + prices.backups),
    }),
    line('deliveries: events on the bus', { million: events ? million * prices.events : 0 }),
  ]
}

/** Returns what one request to the api costs, in dollars, whose function runs for so many seconds. */
function apiRequest(seconds: number): number {
  return prices.apiRequests + prices.functionRequests + seconds * run.gigabytes * prices.functionSeconds
}

/**
 * Returns what a million uploads of at most 8 MiB add, in dollars, without bytes. Each takes three requests to the api: it is begun, its part
 * signed, and completed; and four to S3: for these, and to list its parts. Writes are of its record, which gets S3's id and then the
 * result, of its place among open uploads, which is freed again, of the bytes of the day, and of what S3 is asked to make. Requests for
 * parts and completion read the record.
 */
export function uploadsCost(settings: Settings): number {
  const requests = 3 * million
  const counted = requests / quotaBlockOf(deploymentOf(settings).callerQuota)
  return (
    4 * million * prices.objectWrites +
    requests * apiRequest(run.upload) +
    (7 * million + counted) * prices.writes +
    2 * million * prices.reads
  )
}

/**
 * Returns what a million files of at most 8 MiB cost that come in by links, in dollars, from when the page is open, without bytes of files.
 * Its files are those of a visit; each of four requests passes CloudFront to the api: state, begin, part, completion. S3 gets four, as for
 * other uploads. Each request reads what is kept, strongly consistent; all but that for the part read the link in each home Region, and
 * writes are for begin and part, and two for the completion.
 */
export function receivedCost({ homeRegions }: Settings): number {
  const requests = 4
  const toApi = prices.cloudFrontRequests + prices.cloudFrontFunctions + apiRequest(run.upload)
  const page = million * visit.files * prices.cloudFrontRequests + (visit.bytes / 1000) * prices.cloudFrontBytes
  const reads = requests + 3 * homeRegions.length
  return page + million * (requests * toApi + 4 * prices.objectWrites + reads * prices.reads + 4 * prices.writes)
}

/** Returns what a million files add, in dollars, whose arrival by a link is published: S3's event is billed as ours, and the link is read. */
export function receivedEventsCost({ homeRegions }: Settings): number {
  return million * (2 * prices.events + homeRegions.length * prices.reads) + invocations(million)
}

/**
 * Returns what a million of each adds, in dollars: reminders of links that were not opened, each an event; and files that go with a used
 * link, for each of which two schedules ask. A call reads the link in each home Region; S3 deletes for nothing.
 */
export function schedulesCost({ homeRegions }: Settings): { readonly reminders: number; readonly fileEnds: number } {
  const asked = million * (prices.schedules + homeRegions.length * prices.reads) + invocations(million)
  return { reminders: asked + million * prices.events, fileEnds: 2 * asked }
}

/**
 * Returns what it adds, in dollars, that a million uploads of 1 MB are scanned before their links: GuardDuty reads and tags each by requests
 * that S3 bills, and the api reads the tag, which is kept for a month.
 */
export function scanCost(): number {
  const requests = 2 * prices.objectRequests + prices.objectWrites
  return million * (prices.scanObjects + 0.001 * prices.scanBytes + requests + prices.objectTags)
}

/** A link that is sent from the page is a visit: to issue it and to upload its file are four of the requests that pass CloudFront. */
function pageLines(settings: Settings): readonly CostLine[] {
  if (settings.sendPage === undefined) return []
  const toApi = visit.lists + 4
  const isInspected = settings.plan === undefined && firewallOf(settings) !== 'none'
  const request = prices.cloudFrontRequests + (isInspected ? prices.firewallRequests : 0)
  const list = apiRequest(run.issue) + prices.reads
  const each = (visit.files + toApi) * request + toApi * prices.cloudFrontFunctions + visit.lists * list
  const bytesOut = (visit.bytes / 1000) * prices.cloudFrontBytes
  return [line('page for senders', { million: million * each + bytesOut + invocations(visit.logins * million) })]
}

function apiLines(settings: Settings, perRequest: number): readonly CostLine[] {
  const requests = million / perRequest
  const seconds = perRequest === 1 ? run.issue : run.batch
  const isPrivate = settings.network === 'private'
  const services = 2 + furtherServicesOf(settings).length
  const endpoints = isPrivate ? services * 2 * apiRegionsOf(settings).length : 0 // each in two zones
  const passed = isPrivate ? (requests * (2300 + 700 * perRequest)) / 1e9 : 0
  return [
    line('API Gateway', { million: requests * prices.apiRequests }),
    line('functions of the api', {
      million: requests * (prices.functionRequests + seconds * run.gigabytes * prices.functionSeconds),
    }),
    line('HeadObject before issuing', { million: million * prices.objectRequests }),
    line('interface endpoints', {
      idle: endpoints * hours * prices.endpoints,
      million: passed * prices.endpointBytes,
    }),
    line('access log of the api', {
      million: settings.accessLogs ? ((requests * bytes.apiLog) / 1e9) * prices.logs : 0,
    }),
  ]
}

/**
 * A link is two writes, one to issue and one to redeem, in each replica; AWS doesn't bill their transfer, nor a witness. Without a
 * receipt, the second removes it.
 */
function tableLines(settings: Settings, perRequest: number): readonly CostLine[] {
  const homes = settings.homeRegions.length
  const counted = (million / perRequest) * Math.min(1, perRequest / quotaBlockOf(deploymentOf(settings).callerQuota))
  const stored = ((million * bytes.item) / 1e9) * (days.unused / days.month) * homes
  const published = (settings.events ? million : 0) + (settings.audit ? million : 0)
  const seconds = hours * 3600 * readerRegionsOf(settings).length
  return [
    line('DynamoDB writes', { million: million * 2 * homes * prices.writes }),
    line("DynamoDB writes of callers' quotas", { million: counted * prices.writes }),
    line('DynamoDB storage and backups', {
      million: stored * (prices.storage + (settings.mode === 'strong' ? 0 : prices.backups)),
    }),
    line('function that reads the stream', {
      inUse: invocations(seconds / batchWindow[settings.events ? 'published' : 'counted']),
      million: invocations(million / maxBatch),
    }),
    line('events on the bus', { million: published * prices.events }),
  ]
}
