import { createHash } from 'node:crypto'
import { echo, type InvalidField, type Parsed } from '../../shared/fields.ts'
import { openUploadDays, partBytes } from '../../shared/limits.ts'
import type { Link } from '../../shared/link.ts'
import { parseFilename } from '../../shared/object-key.ts'
import { receivedKey, type UploadRight } from '../../shared/received.ts'
import { receivedRequest } from '../../shared/schemas/received.ts'
import type { CompleteRequest, PartsRequest, ReceivedRequest, ReceivedState } from '../../shared/schemas/types.ts'
import { currentLink } from '../../shared/table/current-link.ts'
import type { Route } from '../../shared/table/route.ts'
import { hasPassed, plusSeconds, rfc3339, secondsOf } from '../../shared/time.ts'
import type { WithIssuers } from '../local-deployment.ts'
import { type ApiRefusal, type ApiResult, refuse } from '../result.ts'
import { reader } from '../schema-reader.ts'
import type { ArrivedPart } from './ports.ts'
import { checkParts, isWhole, sha256Of, signEach, sum } from './send-upload.ts'
import type { ReceivedPorts, ReceivedRecord, ReceivedUpload } from './received-ports.ts'

/** What every request for the file of a link needs. */
export interface ReceivedContext {
  readonly ports: ReceivedPorts
  readonly deployment: Pick<WithIssuers, 'mode' | 'homeRegions'>
  readonly route: Route
  /** What its token says, also after its end. */
  readonly right: UploadRight
}

/** An upload that a request names, with what is kept of it. */
export interface NamedUpload {
  readonly upload: ReceivedUpload
  readonly record: ReceivedRecord
}

/** Parses the body of `POST /received`. */
export const readReceived: (body: unknown) => Parsed<ReceivedRequest> = reader(receivedRequest, {
  'file-name': parseFilename,
})

/** Bytes that are signed for one link, as multiples of its largest file: parts that break off are signed again. */
const timesSigned = 3

/** Seconds for which the bucket surely keeps what has arrived of an upload. */
const keptSeconds = openUploadDays * 24 * 3600

/** Attempts to begin an upload, each in place of the one that is open by then. */
const maxAttempts = 3

/**
 * Shows what a link takes, and what has arrived of it: 200, also after the end of the token or a revocation. Notes that S3 has made the
 * object, if no response said so: once an end is noted, nothing else takes the upload from S3, as long as the bucket keeps it.
 */
export async function showReceived(context: ReceivedContext): Promise<ApiResult> {
  const { ports, right } = context
  const [record = {}, link] = await Promise.all([ports.received.find(nameOf(right)), findLink(context)])
  const { upload, sha256, receivedAt } = record
  const arrived = upload && receivedAt === undefined ? await ports.bucket.arrived(upload) : 'gone'
  const isKept = link?.receipt && !hasPassed(plusSeconds(link.receipt.redeemedAt, keptSeconds), ports.clock.now())
  if (upload && sha256 !== undefined && receivedAt === undefined && arrived === 'gone' && isKept) {
    return setReceived({ upload, record }, sha256, { ...context, link })
  }
  return done('shown', { record, link, arrived }, right)
}

/**
 * Begins the upload, and ends the one that is open: 200. Refused once the end of one was noted, whatever came of it: an outcome that is not
 * known never allows a second file.
 */
export async function beginReceived(input: ReceivedRequest, context: ReceivedContext): Promise<ApiResult> {
  const { ports, right } = context
  const { received, bucket } = ports
  const link = await usedLink(context)
  if ('kind' in link) return link
  const invalid = checkFile(input, link, right)
  if (invalid.length > 0) return refuse('invalid-fields', { errors: invalid })
  const { filename, bytes, type } = input
  const key = receivedKey(link, right)
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const record = await received.find(nameOf(right))
    if (record?.sha256 !== undefined) return refuse('file-received')
    const former = record?.upload?.uploadId ?? record?.ended
    const uploadId = await bucket.begin({ key, type, filename })
    const upload = {
      key,
      uploadId,
      filename,
      bytes,
      ...(type !== undefined && { type }),
      partBytes,
    }
    const isOpen = await received.tryBegin(nameOf(right), upload, { former, purgeAt: link.purgeAt })
    // What is left of an upload that has no record is discarded by the bucket after a day.
    const left = isOpen ? former : uploadId
    const error: unknown = left && (await bucket.abort({ key, uploadId: left }).catch((cause: unknown) => cause))
    if (isOpen) return { ...done('begun', { record: { upload }, link, arrived: [] }, right), error }
  }
  // Requests of one right at once replace each other's uploads: its holder's doing.
  return refuse('too-many-requests', { retryAfterSeconds: 1 })
}

/** Returns what is wrong with a file for this link. */
function checkFile({ bytes, type = '' }: ReceivedRequest, { types }: Link, { maxBytes }: UploadRight): InvalidField[] {
  const invalid: InvalidField[] = []
  if (bytes > maxBytes) invalid.push({ field: 'bytes', got: String(bytes), allowed: `at most ${maxBytes}` })
  const allowed = types?.split(',') ?? []
  const isAllowed = allowed.some(each => type === each || (each.endsWith('/*') && type.startsWith(each.slice(0, -1))))
  if (types !== undefined && !isAllowed) invalid.push({ field: 'type', got: echo(type), allowed: allowed.join(' or ') })
  return invalid
}

/** Signs where to send parts of the open upload: 200. Counts their bytes first. */
export async function signReceived(
  { upload, record }: NamedUpload,
  { parts }: PartsRequest,
  context: ReceivedContext,
): Promise<ApiResult> {
  const { ports, right } = context
  const link = await usedLink(context)
  if ('kind' in link) return link
  if (record.sha256 !== undefined) return refuse('file-received')
  const invalid = checkParts(parts, upload, right.maxBytes)
  if (invalid.length > 0) return refuse('invalid-fields', { errors: invalid })
  const [bytes, max] = [sum(parts), right.maxBytes * timesSigned]
  if (await ports.received.trySign(nameOf(right), upload.uploadId, { bytes, max })) {
    const signed = await signEach(parts, upload, { ports, endsAt: right.expiresAt })
    return { ...signed, linkId: right.linkId }
  }
  const allowed = `at most ${max} for all uploads of this link, with what was signed before, while this one is open`
  return refuse('upload-limit', { errors: [{ field: 'bytes', got: String(bytes), allowed }] })
}

/**
 * Makes the object of an upload, if all of its parts are there: 200. May be repeated. The item says strongly consistent that this
 * redemption used the link, and that it was not revoked. What S3 is to make is noted before, since S3 may make it and not say so in time.
 */
export async function completeReceived(
  named: NamedUpload,
  { bytes, sha256 }: CompleteRequest,
  context: ReceivedContext,
): Promise<ApiResult> {
  const { ports, right } = context
  const { upload, record } = named
  const link = await usedLink(context)
  if ('kind' in link) return link
  const known = record.sha256
  if (known !== undefined && known !== (sha256 ?? known)) return refuse('file-received')
  if (record.receivedAt !== undefined) return done('uploaded', { record, link, arrived: 'gone' }, right)
  const parts = await ports.bucket.arrived(upload)
  // Once an end is noted, nothing but its completion takes the upload from S3.
  if (parts === 'gone')
    return known === undefined ? refuse('no-such-upload') : setReceived(named, known, { ...context, link })
  const own = sha256Of(parts)
  if (!isWhole(parts, bytes, upload) || own !== (sha256 ?? own)) return refuse('upload-incomplete')
  if (!(await ports.received.tryNote(nameOf(right), upload.uploadId, own))) return refuse('no-such-upload')
  const made = await ports.bucket.complete(upload, parts, false)
  if (made === 'changed') return refuse('upload-incomplete')
  const isGone = made === 'gone' || (made === 'exists' && (await ports.bucket.arrived(upload)) === 'gone')
  // The object of an upload in another Region of the API.
  if (made === 'exists' && !isGone) return refuse('file-received')
  return setReceived(named, own, { ...context, link })
}

async function setReceived(
  { upload }: NamedUpload,
  sha256: string,
  { ports, right, link }: ReceivedContext & { readonly link: Link | undefined },
): Promise<ApiResult> {
  const receivedAt = secondsOf(ports.clock.now())
  await ports.received.setReceived(nameOf(right), upload.uploadId, receivedAt)
  return done('uploaded', { record: { upload, sha256, receivedAt }, link, arrived: 'gone' }, right)
}

/** Ends the open upload, and discards what has arrived of it: 204. */
export async function endReceived(
  { upload, record }: NamedUpload,
  { ports, right }: ReceivedContext,
): Promise<ApiResult> {
  if (record.sha256 !== undefined) return refuse('file-received')
  if (!(await ports.received.tryEnd(nameOf(right), upload.uploadId))) return refuse('no-such-upload')
  await ports.bucket.abort(upload)
  return { kind: 'done', outcome: 'ended', status: 204, linkId: right.linkId }
}

/** Finds the upload that a request names; undefined if another one is open by now, or none. */
export async function findUpload(id: string, { ports, right }: ReceivedContext): Promise<NamedUpload | undefined> {
  const record = await ports.received.find(nameOf(right))
  const upload = record?.upload
  return record && upload && idOf(upload) === id ? { upload, record } : undefined
}

/** Names the uploads of a redemption among the records of the API, whose other names have no slash first. */
function nameOf({ linkId, redemptionId }: UploadRight): string {
  return `received/${linkId}/${redemptionId}`
}

/** Returns the public name of an upload. */
function idOf({ uploadId }: ReceivedUpload): string {
  return createHash('sha256').update(uploadId).digest('base64url')
}

function findLink({ ports, deployment, route, right }: ReceivedContext): Promise<Link | undefined> {
  return currentLink(region => ports.links.find(right.linkId, region), { ...deployment, route })
}

/** Returns the link, if this redemption used it, its right has not ended, and the link was not revoked. */
async function usedLink(context: ReceivedContext): Promise<Link | ApiRefusal> {
  const { right, ports } = context
  if (hasPassed(right.expiresAt, ports.clock.now())) return refuse('upload-ended')
  const link = await findLink(context)
  if (link?.state === 'revoked') return refuse('link-revoked')
  const isUsed = link?.state === 'used' && link.receipt?.redemptionId === right.redemptionId
  return isUsed && link.maxBytes === right.maxBytes ? link : refuse('upload-token')
}

/** What is known of the file of a link. */
interface Known {
  readonly record: ReceivedRecord
  readonly link: Link | undefined
  readonly arrived: readonly ArrivedPart[] | 'gone'
}

/** A link that was revoked after its file was received has received it. */
function done(outcome: 'shown' | 'begun' | 'uploaded', known: Known, right: UploadRight) {
  const { record, link, arrived } = known
  const { upload, sha256, receivedAt } = record
  const isOpen = link?.state !== 'revoked' && arrived !== 'gone'
  const state = isOpen
    ? sha256 === undefined
      ? 'open'
      : 'completing'
    : link?.state === 'revoked'
      ? 'withdrawn'
      : 'none'
  const { filename = '', bytes = 0, type, partBytes = 0 } = upload ?? {}
  const file = { filename, bytes, ...(type !== undefined && { type }) }
  const body: ReceivedState = {
    state: receivedAt === undefined ? state : 'received',
    maxBytes: right.maxBytes,
    ...(link?.types !== undefined && { types: link.types.split(',') }),
    ...(link?.sender !== undefined && { sender: link.sender }),
    endsAt: rfc3339(right.expiresAt),
    ...(upload && isOpen && { upload: { id: idOf(upload), ...file, partBytes, arrived: arrived.map(withoutEtag) } }),
    ...(receivedAt !== undefined && sha256 !== undefined && { received: { ...file, sha256, at: rfc3339(receivedAt) } }),
  }
  return { kind: 'done', outcome, status: 200, linkId: right.linkId, body } as const
}

const withoutEtag = ({ number, bytes, sha256 }: ArrivedPart) => ({ number, bytes, sha256 })
