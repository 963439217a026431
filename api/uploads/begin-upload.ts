import { isOfAsked } from '../../shared/callers/issuers.ts'
import { echo, type InvalidField, type Parsed } from '../../shared/fields.ts'
import { partBytes } from '../../shared/limits.ts'
import type { MacKeys } from '../../shared/nonce.ts'
import { nameForKey, type ObjectKey, objectKeyRule, parseFilename, parseObjectKey } from '../../shared/object-key.ts'
import { validationKey } from '../../shared/scan.ts'
import type { UploadRequest, UploadState } from '../../shared/schemas/types.ts'
import { uploadRequest } from '../../shared/schemas/upload.ts'
import { rfc3339, secondsOf } from '../../shared/time.ts'
import { refuseKey, servedPrefix } from '../access.ts'
import { type Caller, isSameInput, newRecord } from '../idempotency.ts'
import { checkContent, checkLength } from '../new-link.ts'
import type { IdempotencyRecord } from '../ports.ts'
import { callerHash } from '../principal.ts'
import { type ApiRefusal, type ApiResult, refuse } from '../result.ts'
import { reader } from '../schema-reader.ts'
import type { ArrivedPart, Upload } from './ports.ts'
import { hashesOf, slotOf, type UploadContext, type UploadRecord, usable } from './uploads.ts'

/** The body of `POST /uploads`, in the order of the fingerprint of its idempotency record, which never changes. */
export type UploadInput = { readonly [name in keyof UploadRequest]: UploadRequest[name] | undefined }

const readBody = reader(uploadRequest, { 'object-key': parseObjectKey, 'file-name': parseFilename })

/** Parses the body of `POST /uploads`, or returns every field that breaks the schema or a rule on two fields. */
export function readUpload(body: unknown): Parsed<UploadInput> {
  const read = readBody(body)
  if (!read.ok) return read
  const { filename, key, replace, bytes, type } = read.value
  const isNamed = key !== undefined
  const invalid: InvalidField[] = []
  if (isNamed === (filename !== undefined)) {
    invalid.push({ field: 'filename', got: isNamed ? 'key, too' : 'no key', allowed: 'one of filename and key' })
  }
  if (replace !== undefined && !isNamed) {
    invalid.push({ field: 'replace', got: echo(replace), allowed: uploadRequest.properties.replace['x-allowed'] })
  }
  if (invalid.length > 0) return { ok: false, invalid }
  return { ok: true, value: { filename, key, replace: replace || undefined, bytes, type } }
}

/**
 * Begins an upload: 201. With an Idempotency-Key, the same request gets the same upload for a day, with what has arrived. The caller's
 * rights come first.
 */
export async function beginUpload(input: UploadInput, caller: Caller, context: UploadContext): Promise<ApiResult> {
  const { ports, deployment, access } = context
  const key = keyFor(input, context)
  if (typeof key !== 'string') return key
  const { bytes = 0 } = input
  if (bytes > deployment.maxUploadBytes) {
    return invalidField('bytes', String(bytes), `at most ${deployment.maxUploadBytes}, the limit of this deployment`)
  }
  const { mac } = await ports.keyring.current()
  // The identity of a request for a link has another form, so no key names both a link and an upload.
  const identity = `uploads/${caller.identity}`
  const { idempotencyKey = hex(ports.random(drawnBytes)) } = caller
  const record = newRecord(input, { identity, idempotencyKey, mac }, context)
  const existing = await ports.uploads.reserve(record, secondsOf(ports.clock.now()))
  if (existing === 'claimed') return begin(record, { ...input, key, mac }, context)
  return isSameInput(existing, input, { mac, access }) ? repeated(existing, context) : refuse('idempotency-key-reused')
}

function invalidField(field: string, got: string, allowed: string): ApiRefusal {
  return refuse('invalid-fields', { errors: [{ field, got, allowed }] })
}

/** Unpredictable bytes in a key that the API draws. */
const drawnBytes = 16

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Returns the key that the caller names, or draws one below its prefix that ends in the name of the file; or why it can't. */
function keyFor(
  { filename, key: named }: UploadInput,
  { ports, deployment, access }: UploadContext,
): ObjectKey | ApiRefusal {
  if (named !== undefined && access.own === true) {
    return invalidField('key', echo(named), `filename instead: the API draws the keys of issuer ${access.id}`)
  }
  const foreign = named === undefined ? undefined : refuseKey(named, access)
  if (foreign !== undefined) return foreign
  const prefix = servedPrefix(access, deployment)
  if (named === undefined && prefix === undefined) {
    return invalidField('filename', echo(filename), 'an issuer with a prefix that the distribution serves')
  }
  const key = parseObjectKey(named ?? `${prefix}${hex(ports.random(drawnBytes))}/${nameForKey(filename ?? '')}`)
  if (key === undefined)
    return invalidField('filename', echo(filename), `a name that a key may end in: ${objectKeyRule}`)
  if (key === validationKey || isOfAsked(key, deployment)) {
    const [field, got] = named === undefined ? ['filename', `the key ${key}`] : ['key', named]
    return invalidField(field, echo(got), 'a key that neither scans use nor files that links take, below received/')
  }
  const invalid = [...checkContent({ key }, deployment), ...checkLength({ key })]
  return invalid.length > 0 ? refuse('invalid-fields', { errors: invalid }) : key
}

/** Begins the upload of a new record. If it can't, the Idempotency-Key and the place among the open uploads are free again. */
async function begin(
  record: IdempotencyRecord<Upload>,
  { key, replace, bytes, type, mac }: UploadInput & { readonly key: ObjectKey; readonly mac: MacKeys },
  context: UploadContext,
): Promise<ApiResult> {
  const { ports, deployment } = context
  const { uploads, openUploads, bucket } = ports
  const slot = slotOf(record, context, mac)
  const max = deployment.maxOpenUploads
  let uploadId: string | undefined
  try {
    if (!(await openUploads.tryAdd(slot, max, secondsOf(ports.clock.now())))) {
      return refuse('upload-limit', { errors: [{ field: 'uploads', got: `${max} open`, allowed: `at most ${max}` }] })
    }
    uploadId = await bucket.begin({ key, type, uploader: uploaderOf(context, mac) })
  } finally {
    if (uploadId === undefined) await Promise.allSettled([openUploads.remove(slot), uploads.release(record)])
  }
  const upload: Upload = {
    caller: hashesOf(context, mac)[0],
    key,
    uploadId,
    partBytes,
    ...(bytes !== undefined && { bytes }),
    ...(replace && { replace }),
  }
  await uploads.complete(record, upload)
  return stateOf({ ...record, issued: upload }, [], 201)
}

/** Returns what a file keeps of its caller: only where that one may have files deleted, and only those of its own. */
function uploaderOf({ deployment, access, identity }: UploadContext, mac: MacKeys): string | undefined {
  return deployment.fileEnds && access.own ? callerHash(identity, mac) : undefined
}

/** Answers a request whose Idempotency-Key began an upload before. */
async function repeated(existing: IdempotencyRecord<Upload>, context: UploadContext): Promise<ApiResult> {
  const { clock, bucket } = context.ports
  const { issued } = existing
  if (issued === undefined) {
    const seconds = Math.max(1, existing.leaseUntil - secondsOf(clock.now()))
    return refuse('idempotency-key-in-use', { retryAfterSeconds: seconds })
  }
  const own = await usable(existing, context)
  if (own === undefined) return refuse('no-such-upload')
  const arrived = issued.completed === undefined ? await bucket.arrived(issued) : []
  return arrived === 'gone' ? refuse('no-such-upload') : stateOf(own, arrived, 200)
}

function stateOf(
  { id, expiresAt, issued }: UploadRecord,
  arrived: readonly ArrivedPart[],
  status: 200 | 201,
): ApiResult {
  const { key, completed } = issued
  const body: UploadState = {
    id,
    key,
    partBytes: issued.partBytes,
    endsAt: rfc3339(expiresAt),
    arrived: arrived.map(({ number, bytes, sha256 }) => ({ number, bytes, sha256 })),
    ...(completed !== undefined && { completed }),
  }
  return { kind: 'done', outcome: 'begun', status, body }
}
