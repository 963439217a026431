import type { DynamoDBRecord } from 'aws-lambda'
import { assert } from '../shared/errors.ts'
import type { Deployment } from '../shared/deployment.ts'
import type { Link } from '../shared/link.ts'
import { linkOfItem } from '../shared/link-item.ts'
import { type EpochMs, type EpochSeconds, rfc3339, secondsOf } from '../shared/time.ts'
import type { LinkEvent } from './ports.ts'

/** Whose stream is read, and where. */
export interface StreamSource {
  /** The name of the deployment. */
  readonly deployment: string
  readonly mode: Deployment['mode']
  /** The Region of the replica whose stream this is. */
  readonly here: string
}

/**
 * The event that a record of the table's stream (new and old images) stands for, if any. A link has one at most:
 *
 * - **redeemed**: it was marked as used, or its item, which keeps no receipt, was deleted while it could still be redeemed.
 *   That includes a link whose taker never got an answer, and one that somebody deleted from the table by hand.
 * - **revoked**: it was marked so. A link that is revoked again is not marked again.
 * - **expired**: its item was purged, neither used nor revoked. That is an hour after the expiry at the earliest, or as
 *   long after it as receipts are kept; TTL may take days. It may be a link that nobody ever got: see api/issue.ts.
 *
 * Every replica's stream carries a record of every change, so in mode `home` only the home's counts: it alone surely shows
 * each change, where a replica may be told of several as one (AWS, "How DynamoDB global tables work", Streams). In mode
 * `strong` all are alike, and the function runs in one Region. Throws for an item that is no link of ours.
 */
export function linkEventOf(record: DynamoDBRecord, { deployment, mode, here }: StreamSource): LinkEvent | undefined {
  const { OldImage, NewImage, ApproximateCreationDateTime } = record.dynamodb ?? {}
  if (OldImage === undefined) return undefined
  const before = linkOfItem(OldImage)
  if (mode === 'home' && before.homeRegion !== here) return undefined
  assert(record.eventID && ApproximateCreationDateTime, 'a record of the stream lacks a field')
  const at = secondsOf((ApproximateCreationDateTime * 1000) as EpochMs)
  const after = NewImage && linkOfItem(NewImage)
  const type = after === undefined ? endOf(before, record, at) : changeOf(before, after)
  if (type === undefined) return undefined
  return { type, at, detail: { deployment, ...tellOf(after ?? before), at: rfc3339(at), eventId: record.eventID } }
}

function hasEnded({ state }: Link): boolean {
  return state === 'used' || state === 'revoked'
}

function changeOf(before: Link, after: Link): LinkEvent['type'] | undefined {
  if (hasEnded(before) || !hasEnded(after)) return undefined
  return after.state === 'used' ? 'Link redeemed' : 'Link revoked'
}

/**
 * By how many seconds the clocks of TTL, of the sweeper and of the stream may differ. Much less than the hour before its
 * purging in which nothing redeems a link any more (`purgeDelaySeconds` in shared/deployment.ts).
 */
export const clockToleranceSeconds = 300

/** What the removal of an item means. A purge by another replica's TTL looks like any other delete: only time tells. */
function endOf(link: Link, record: DynamoDBRecord, at: EpochSeconds): LinkEvent['type'] | undefined {
  if (hasEnded(link)) return undefined
  if (isByTtl(record) || at >= link.purgeAt - clockToleranceSeconds) return 'Link expired'
  return link.state === undefined ? 'Link redeemed' : undefined
}

/** AWS, "Working with expired items and time to live". */
function isByTtl({ userIdentity }: DynamoDBRecord): boolean {
  return (userIdentity as { principalId?: string } | undefined)?.principalId === 'dynamodb.amazonaws.com'
}

/** What may be told of a link. Never its object key, nor the ids and marks of a receipt. */
function tellOf({ id, homeRegion, issuedAt, expiresAt, reference, receipt }: Link) {
  const link = { id, homeRegion, issuedAt: rfc3339(issuedAt), expiresAt: rfc3339(expiresAt), reference }
  if (receipt === undefined) return link
  const { redeemedAt, urlExpiresAt, edgeRegion, viewer, userAgent } = receipt
  return {
    ...link,
    redeemedAt: rfc3339(redeemedAt),
    urlExpiresAt: rfc3339(urlExpiresAt),
    edgeRegion,
    viewer,
    userAgent,
  }
}
