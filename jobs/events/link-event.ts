import type { DynamoDBRecord } from 'aws-lambda'
import { assert } from '../../shared/errors.ts'
import type { Deployment } from '../../shared/settings/deployment.ts'
import { isLocked, latestUse, type Link, type Receipt, useIdOf } from '../../shared/link.ts'
import { linkOfItem } from '../../shared/table/link-item.ts'
import { plainReference } from '../../shared/table/stored-reference.ts'
import { type EpochMs, type EpochSeconds, rfc3339, secondsOf } from '../../shared/time.ts'
import type { LinkEvent } from './ports.ts'

/** The deployment and Region of a stream. */
export interface StreamSource {
  /** The name of the deployment. */
  readonly deployment: string
  readonly mode: Deployment['mode']
  /** Region of the replica that the stream belongs to. */
  readonly here: string
}

/**
 * Returns the event of a record of the table's stream (new and old images), if it has one. Of **redeemed**, **revoked**
 * and **expired**, a link has at most one, or two if it was redeemed with a receipt and then revoked; of several uses, each is
 * **redeemed**:
 *
 * - **redeemed**: the link was marked as used; or its item, without a receipt, was deleted before its purge was due.
 *   That includes a link whose viewer never got a response, and a link that an operator deleted from the table by hand.
 * - **revoked**: the link was marked as revoked, used or not. A second revocation changes nothing, so it has no event.
 * - **locked**: the last try at the passphrase of an unused link is being made. If it turns out to be right, **redeemed** follows
 *   within seconds.
 * - **expired**: the item was purged, neither used nor revoked: an hour after the expiry at the earliest, or when the
 *   time of receipts ends; TTL may take days. No issuer may ever have got such a link: see api/links/issue.ts.
 * - **requested**: a recipient asked for a new link, once this one had ended: at most three times.
 * - **used link refused**: the count of refused uses grew, which it does at most `maxUnredeemedCount` times. It is a signal,
 *   not a ledger: a count may be missed, or come twice.
 *
 * Every replica's stream has a record of every change, so in mode `home` only the stream of the home Region counts. It
 * is certain to show each change; another replica may show several as one (AWS, "How DynamoDB global tables work",
 * Streams). In mode `strong` all streams are alike, and the function runs in one Region. Throws for an item that is not
 * a link of ours.
 */
export function linkEventOf(record: DynamoDBRecord, source: StreamSource): LinkEvent | undefined {
  const { OldImage, NewImage, ApproximateCreationDateTime } = record.dynamodb ?? {}
  if (OldImage === undefined) return undefined
  const before = linkOfItem(OldImage)
  if (!isOfStream(before, source)) return undefined
  assert(record.eventID && ApproximateCreationDateTime, 'a record of the stream lacks a field')
  const at = secondsOf((ApproximateCreationDateTime * 1000) as EpochMs)
  const after = NewImage && linkOfItem(NewImage)
  const use = newUse(before, after)
  const change = after === undefined ? removalType(before, record, at) : changeType(before, after)
  const type = use ? 'Link redeemed' : change
  if (type === undefined) return undefined
  const link = after ?? before
  return {
    type,
    at,
    detail: {
      deployment: source.deployment,
      ...publicFields(link, type === 'Link locked' ? undefined : (use ?? latestUse(link))),
      ...(use && { use: useIdOf(use) }),
      at: rfc3339(at),
      eventId: record.eventID,
    },
  }
}

/** Whether changes of a link count in this stream, of all replicas that show them. */
export function isOfStream({ homeRegion }: Link, { mode, here }: StreamSource): boolean {
  return mode === 'strong' || homeRegion === here
}

/** Each write takes one use at most, and the stream shows each write. */
function newUse({ uses = [] }: Link, after: Link | undefined): Receipt | undefined {
  const known = new Set(uses.map(({ redemptionId }) => redemptionId))
  return after?.uses?.find(({ redemptionId }) => !known.has(redemptionId))
}

function changeType(before: Link, after: Link): LinkEvent['type'] | undefined {
  if (after.state === before.state) {
    if ((after.requested ?? 0) > (before.requested ?? 0)) return 'Link requested'
    if (refusedUses(after) > refusedUses(before)) return 'Used link refused'
    const isUnused = after.state === undefined || after.state === 'live'
    return isUnused && isLocked(after) && !isLocked(before) ? 'Link locked' : undefined
  }
  if (after.state === 'revoked') return 'Link revoked'
  return after.state === 'used' ? 'Link redeemed' : undefined
}

const refusedUses = ({ unredeemed }: Link) => unredeemed?.refusedAfterUse ?? 0

/**
 * Seconds by which the clocks of TTL, of the sweeper and of the stream may differ. Much less than the hour between
 * expiry and purge, when nothing can redeem a link (`purgeDelayOf` in shared/limits.ts).
 */
export const clockToleranceSeconds = 300

/** Returns the event of a removed item. Only its time tells a purge by another replica's TTL from any other delete. */
function removalType(link: Link, record: DynamoDBRecord, at: EpochSeconds): LinkEvent['type'] | undefined {
  if (link.state === 'used' || link.state === 'revoked' || latestUse(link)) return undefined
  if (isByTtl(record) || at >= link.purgeAt - clockToleranceSeconds) return 'Link expired'
  return link.state === undefined ? 'Link redeemed' : undefined
}

/** Returns whether TTL deleted the item (AWS, "Working with expired items and time to live"). */
function isByTtl({ userIdentity }: DynamoDBRecord): boolean {
  return (userIdentity as { principalId?: string } | undefined)?.principalId === 'dynamodb.amazonaws.com'
}

/** Returns the fields of a link that an event may have, besides `use`: never its object key, nor ids and hashes of its receipt. */
export function publicFields(source: Link, receipt: Receipt | undefined) {
  const { id, homeRegion, issuedAt, expiresAt, issuer, notify } = source
  const reference = plainReference(source)
  const link = { id, homeRegion, issuedAt: rfc3339(issuedAt), expiresAt: rfc3339(expiresAt), issuer, reference, notify }
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
