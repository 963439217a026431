import { createHash } from 'node:crypto'
import type { InvalidField, Parsed } from '../../shared/fields.ts'
import type { CompleteRequest, PartsRequest, SignedParts, UploadedFile } from '../../shared/schemas/types.ts'
import { completeRequest, partsRequest } from '../../shared/schemas/upload.ts'
import { type EpochSeconds, plusSeconds, secondsOf } from '../../shared/time.ts'
import type { IdempotencyRecord } from '../ports.ts'
import { callerHash } from '../principal.ts'
import { type ApiRefusal, type ApiResult, refuse } from '../result.ts'
import { reader } from '../schema-reader.ts'
import type { Part, S3Upload, Upload, UploadPorts } from './ports.ts'
import { slotOf, type UploadContext, type UploadRecord } from './uploads.ts'

/** Parses the body of `POST /uploads/{id}/parts`. */
export const readParts: (body: unknown) => Parsed<PartsRequest> = reader(partsRequest)

/** Parses the body of `POST /uploads/{id}/complete`. */
export const readComplete: (body: unknown) => Parsed<CompleteRequest> = reader(completeRequest)

/** Life of a signed URL, in seconds. */
const signedSeconds = 15 * 60

/** Signs where to send parts: 200. Charges their bytes to the caller's day first. */
export async function signParts(
  { issued, expiresAt }: UploadRecord,
  context: UploadContext,
  { parts }: PartsRequest,
): Promise<ApiResult> {
  const { ports } = context
  const { maxUploadBytes } = context.deployment
  if (issued.completed !== undefined) return refuse('no-such-upload')
  const invalid = checkParts(parts, issued, maxUploadBytes)
  if (invalid.length > 0) return refuse('invalid-fields', { errors: invalid })
  const tooMuch = await chargeBytes(sum(parts), secondsOf(ports.clock.now()), context)
  return tooMuch ?? signEach(parts, issued, { ports, endsAt: expiresAt })
}

/** Signs where to send each part, for a quarter of an hour or until the upload ends. */
export async function signEach(
  parts: PartsRequest['parts'],
  upload: S3Upload,
  { ports: { clock, bucket }, endsAt }: { ports: Pick<UploadPorts, 'clock' | 'bucket'>; endsAt: EpochSeconds },
): Promise<ApiResult & { readonly kind: 'done' }> {
  const from = secondsOf(clock.now())
  const until = Math.min(plusSeconds(from, signedSeconds), endsAt) as EpochSeconds
  const signed: SignedParts['parts'] = await Promise.all(
    parts.map(async part => ({ number: part.number, ...(await bucket.sign(upload, part, { from, until })) })),
  )
  return { kind: 'done', outcome: 'signed', status: 200, body: { parts: signed } satisfies SignedParts }
}

/** Returns the bytes of parts. */
export function sum(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0)
}

/** How large an upload is, and its parts. */
type Size = Pick<Upload, 'partBytes' | 'bytes'>

/** Returns what is wrong with parts of an upload, of at most `max` bytes if its size is not known. */
export function checkParts(parts: PartsRequest['parts'], size: Size, max: number): InvalidField[] {
  return parts.flatMap((part, index) =>
    checkPart(part, size, max).map(wrong => ({ ...wrong, field: `parts.${index}.${wrong.field}` })),
  )
}

/** Returns what is wrong with a part of an upload: each has the size of all, but for the last one. */
function checkPart({ number, bytes }: Part, { partBytes, bytes: size }: Size, max: number): InvalidField[] {
  const left = (size ?? max) - (number - 1) * partBytes
  if (left <= 0 && number > 1) {
    const last = Math.max(1, Math.ceil((size ?? max) / partBytes))
    return [{ field: 'number', got: String(number), allowed: `1 to ${last}, the parts of a file of this size` }]
  }
  const most = Math.min(partBytes, left)
  const least = size !== undefined ? most : Math.min(1, number - 1)
  if (bytes >= least && bytes <= most) return []
  return [{ field: 'bytes', got: String(bytes), allowed: least === most ? `${most}, its size` : `${least} to ${most}` }]
}

const daySeconds = 24 * 3600

/** Adds bytes to the caller's counter of this day of UTC, or returns a refusal. Rejects if it can't, so that the bound holds. */
async function chargeBytes(
  bytes: number,
  now: EpochSeconds,
  { ports, deployment: { uploadBytesPerDay: max }, identity }: UploadContext,
): Promise<ApiRefusal | undefined> {
  const { mac } = await ports.keyring.current()
  const dayEnd = plusSeconds(now, daySeconds - (now % daySeconds))
  const id = callerHash(identity, mac, `once-at-edge bytes uploaded until ${dayEnd}`)
  // Kept for one more day, so that a request of a slow clock doesn't restart a counter.
  const counter = { id, expiresAt: plusSeconds(dayEnd, daySeconds) }
  if (bytes <= max && (await ports.bytesOfDay.tryAdd(counter, bytes, max)).counted) return undefined
  const allowed = `at most ${max} on one day of UTC, with what was signed before`
  return refuse('upload-limit', { errors: [{ field: 'bytes', got: String(bytes), allowed }] })
}

/** Makes the object of an upload, if all of its parts are there: 200, with its version. May be repeated. */
export async function completeUpload(
  record: UploadRecord,
  context: UploadContext,
  { bytes, sha256 }: CompleteRequest,
): Promise<ApiResult> {
  const { bucket, clock, uploads } = context.ports
  const { issued } = record
  if (issued.completed !== undefined) return uploadedBefore(issued, issued.completed, sha256)
  const parts = await bucket.arrived(issued)
  if (parts === 'gone') return completedBefore(record, context, sha256)
  const own = sha256Of(parts)
  if (!isWhole(parts, bytes, issued) || own !== (sha256 ?? own)) return refuse('upload-incomplete')
  // S3 may make the object and not say so in time. So what it makes is noted first, and it never makes anything else.
  const noted = await uploads.reserve(noteOf(record, own), secondsOf(clock.now()))
  if (noted !== 'claimed') return refuse('upload-incomplete')
  const made = await bucket.complete(issued, parts, issued.replace === true)
  if (made === 'changed') return refuse('upload-incomplete')
  // If the upload has ended as well, the object that exists may be its own.
  const isGone = made === 'gone' || (made === 'exists' && (await bucket.arrived(issued)) === 'gone')
  if (isGone) return completedBefore(record, context, sha256)
  return made === 'exists' ? refuse('object-exists') : setCompleted(record, context, { ...made, sha256: own })
}

type Completed = NonNullable<Upload['completed']>

/** Responds to a request for an upload that S3 no longer has: another request completed it, S3 answered one too late, or it ended. */
async function completedBefore(
  record: UploadRecord,
  context: UploadContext,
  sha256: string | undefined,
): Promise<ApiResult> {
  const { uploads } = context.ports
  const known = (await uploads.find(record.id))?.issued?.completed
  if (known !== undefined) return uploadedBefore(record.issued, known, sha256)
  const note = await uploads.find(noteId(record))
  if (note === undefined || note.fingerprint !== (sha256 ?? note.fingerprint)) return refuse('no-such-upload')
  // Under a key that may be replaced, the object may be another one by now.
  if (record.issued.replace) throw new Error('S3 made the object, and its version is not known')
  return setCompleted(record, context, { sha256: note.fingerprint })
}

async function setCompleted(record: UploadRecord, context: UploadContext, completed: Completed): Promise<ApiResult> {
  const { issued } = record
  await context.ports.uploads.complete(record, { ...issued, completed })
  // If this fails, the place is free when the upload would have ended.
  const error: unknown = await freePlace(record, context).catch((cause: unknown) => cause)
  return { ...uploaded(issued, completed), error }
}

/** Names the note of what S3 is to make of an upload. No other record has such an id. */
const noteId = ({ id }: UploadRecord) => `${id}/complete`

/** Makes that note: the first remains. */
function noteOf(record: UploadRecord, sha256: string): IdempotencyRecord<Upload> {
  const { expiresAt } = record
  return { id: noteId(record), fingerprint: sha256, salt: sha256, leaseUntil: expiresAt, expiresAt }
}

/** Ends an upload: discards what has arrived, and frees its place. May be repeated; a complete upload stays as it is. */
export async function endUpload(record: UploadRecord, context: UploadContext): Promise<ApiResult> {
  const { bucket, uploads } = context.ports
  if (record.issued.completed === undefined) {
    await bucket.abort(record.issued)
    const note = await uploads.find(noteId(record))
    if (note !== undefined) await uploads.release(note)
    await freePlace(record, context)
  }
  return { kind: 'done', outcome: 'ended', status: 204 }
}

async function freePlace(record: UploadRecord, context: UploadContext): Promise<void> {
  const { keyring, openUploads } = context.ports
  const { mac } = await keyring.current()
  await openUploads.remove(slotOf(record, context, mac))
}

/** Returns whether the parts are those of the whole file, from the first to the last. */
export function isWhole(parts: readonly Part[], bytes: number, { partBytes, bytes: size = bytes }: Size): boolean {
  const isPart = ({ number, bytes: own }: Part, index: number) =>
    number === index + 1 && (number === parts.length ? own <= partBytes : own === partBytes)
  return parts.length > 0 && parts.every(isPart) && sum(parts) === bytes && bytes === size
}

/** Returns the SHA-256 over the SHA-256 of all parts, in Base64. */
export function sha256Of(parts: readonly Part[]): string {
  const hash = createHash('sha256')
  for (const { sha256 } of parts) hash.update(sha256, 'base64')
  return hash.digest('base64')
}

function uploadedBefore(upload: Upload, completed: Completed, sha256 = completed.sha256): ApiResult {
  return completed.sha256 === sha256 ? uploaded(upload, completed) : refuse('upload-incomplete')
}

function uploaded({ key }: Upload, { versionId }: Completed) {
  const body: UploadedFile = { key, ...(versionId !== undefined && { versionId }) }
  return { kind: 'done', outcome: 'uploaded', status: 200, body } as const
}
