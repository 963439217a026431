import { type Bill, billFor, type Use, usesOf } from './bill.ts'
import type { Setup, Workload } from './workload.ts'

/** A month as AWS's own examples have it, in days. */
const monthDays = 30

/**
 * A link's item counts as 1 KB, the most that one write unit covers (DynamoDB developer guide, "read/write capacity
 * mode"); most are smaller. An object key of several hundred characters can make it larger.
 */
const itemBytes = 1024

/** Half a read unit for 4 KB, eventually consistent (DynamoDB developer guide, "read/write capacity mode"). */
const readUnitsPerScannedItem = 0.5 * (itemBytes / 4096)

/** An execution environment reads the secret again after five minutes: `refreshAfterMs` in `shared/keys.ts`. */
const secretReadsPerMonth = 12 * 24 * monthDays

/** Invocations of a function as memory times time, in GB-seconds; a GB of memory is 1024 MB (AWS Lambda, "pricing"). */
export function gigabyteSeconds(invocations: number, { mb, ms }: { mb: number; ms: number }): number {
  return invocations * (mb / 1024) * (ms / 1000)
}

/** What of a workload reaches a system, each a month. */
export function requestsOf({ redemptions, forged, spent, unopened }: Workload) {
  return {
    issued: redemptions * (1 + unopened),
    unopened: redemptions * unopened,
    openings: redemptions * (1 + forged + spent),
    spent: redemptions * spent,
  }
}

/** What once-at-edge costs for this workload, in the mode of `setup`. */
export function onceAtEdgeBill(workload: Workload, setup: Setup): Bill {
  const uses = [
    ...viewerUses(workload, setup),
    ...issuerUses(workload, setup),
    ...tableUses(workload, setup),
    ...heldUses(workload, setup),
    ...keyUses(workload, setup),
    ...guardUses(workload, setup),
  ]
  return billFor(nameOf(setup), uses, { ...workload, ...setup })
}

function nameOf({ mode, replicas }: Setup): string {
  if (mode === 'strong' && replicas === 2) return 'strong, 2 + witness'
  return `${mode}, ${replicas} ${replicas === 1 ? 'Region' : 'Regions'}`
}

function viewerUses(workload: Workload, setup: Setup): readonly Use[] {
  const { redemptions, megabytes, cached } = workload
  const { mode, edgeMb: mb, strongMs } = setup
  const { openings } = requestsOf(workload)
  // A forged nonce is refused without waiting for the store, so for those this is too much.
  const ms = setup.edgeMs + (mode === 'strong' ? strongMs : 0)
  return [
    ...usesOf('bytes to viewers', [['one file a redemption', 'cloudfrontOut', (redemptions * megabytes) / 1000]]),
    ...usesOf('CloudFront requests', [
      ['each opening, and one download a redemption', 'cloudfrontRequest', openings + redemptions],
    ]),
    ...usesOf('Lambda@Edge', [
      ['each opening, refused ones too', 'edgeInvocation', openings],
      [`each opening x ${mb} MB x ${ms} ms`, 'edgeDuration', gigabyteSeconds(openings, { mb, ms })],
    ]),
    ...usesOf('S3 requests', [['downloads that are not cached', 's3Get', redemptions * (1 - cached)]]),
  ]
}

function issuerUses(workload: Workload, { issuerMb: mb, issuerMs: ms }: Setup): readonly Use[] {
  const { issued } = requestsOf(workload)
  return [
    ...usesOf('API Gateway', [['one call a link', 'restRequest', issued]]),
    ...usesOf('Lambda', [
      ['one invocation a link', 'lambdaInvocation', issued],
      [`links x ${mb} MB x ${ms} ms`, 'lambdaDuration', gigabyteSeconds(issued, { mb, ms })],
    ]),
  ]
}

function tableUses(workload: Workload, { mode, replicas, receipt }: Setup): readonly Use[] {
  const { redemptions, keyed } = workload
  const { issued, spent, unopened } = requestsOf(workload)
  const removed = unopened + (receipt ? redemptions : 0)
  const everywhere = `x ${replicas} replicas`
  return usesOf('DynamoDB', [
    [`one put a link ${everywhere}`, 'dynamodbWrite', issued * replicas],
    [`one ${receipt ? 'update' : 'delete'} a redemption ${everywhere}`, 'dynamodbWrite', redemptions * replicas],
    // A failed condition costs its unit (AWS, "Working with items"); that there is then nothing to replicate is inferred.
    ['one failed write for each opening of a used link', 'dynamodbWrite', spent],
    ["one write for its caller's quota a call of the API, in one Region", 'dynamodbWrite', issued],
    ['two writes an Idempotency-Key, in one Region', 'dynamodbWrite', 2 * issued * keyed],
    // TTL's delete is free but for its copies; a sweeper's is a write like any other (AWS, "Using time to live").
    mode === 'strong'
      ? [`the sweeper's deletes ${everywhere}`, 'dynamodbWrite', removed * replicas]
      : ["copies of TTL's deletes in the other replicas", 'dynamodbWrite', removed * (replicas - 1)],
  ])
}

/** Items that wait to be removed are stored in every replica; mode `strong`'s sweeper reads them all, in one Region. */
function heldUses(workload: Workload, setup: Setup): readonly Use[] {
  const { mode, replicas, receipt, receiptDays, linkDays, sweepsPerDay } = setup
  const { unopened } = requestsOf(workload)
  const held = (unopened * linkDays + (receipt ? workload.redemptions * receiptDays : 0)) / monthDays
  const scanned = held * sweepsPerDay * monthDays
  return usesOf('DynamoDB', [
    ['unopened links and receipts, kept in every replica', 'dynamodbStorage', ((held * itemBytes) / 1e9) * replicas],
    ['the same, scanned by the sweeper', 'dynamodbRead', mode === 'strong' ? scanned * readUnitsPerScannedItem : 0],
  ])
}

/** The secret holds the MAC keys too, so it is there even when KMS signs. */
function keyUses(workload: Workload, { signer, secretRegions }: Setup): readonly Use[] {
  // One environment in each Region that lives all month: more are cheap, and without openings nothing is read.
  const reads = Math.min(requestsOf(workload).openings, secretRegions * secretReadsPerMonth)
  const secret = usesOf('keys', [
    ['one secret a Region', 'secret', secretRegions],
    ['reading it every five minutes in each Region', 'secretRead', reads],
  ])
  if (signer === 'secret') return secret
  const signing = usesOf('keys', [
    ['one KMS key a Region', 'kmsKey', secretRegions],
    ['one KMS signature a redemption', signer === 'kms-rsa' ? 'kmsSignRsa' : 'kmsSignP256', workload.redemptions],
  ])
  return [...secret, ...signing]
}

function guardUses(workload: Workload, { waf, logBytes }: Setup): readonly Use[] {
  const { issued, openings } = requestsOf(workload)
  return [...logUses(issued + openings, logBytes), ...(waf ? wafUses(openings + workload.redemptions) : [])]
}

/** So many invocations that log `logBytes` bytes each. */
export function logUses(invocations: number, logBytes: number): readonly Use[] {
  return usesOf('CloudWatch Logs', [[`invocations x ${logBytes} bytes`, 'logs', (invocations * logBytes) / 1e9]])
}

/** One web ACL with one rule before so many requests. */
export function wafUses(requests: number): readonly Use[] {
  return usesOf('WAF', [
    ['one web ACL', 'wafAcl', 1],
    ['one rule', 'wafRule', 1],
    ['each request', 'wafRequest', requests],
  ])
}
