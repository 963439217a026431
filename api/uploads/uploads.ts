import type { Access } from '../../shared/callers/issuers.ts'
import { startsWithOneOf } from '../link-scope.ts'
import type { MacKeys } from '../../shared/nonce.ts'
import { isReceived } from '../../shared/received.ts'
import { hasPassed } from '../../shared/time.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { IdempotencyRecord } from '../ports.ts'
import { callerHash, callerHashes } from '../principal.ts'
import type { Slot, Upload, UploadPorts } from './ports.ts'

/** What every request about uploads needs. */
export interface UploadContext {
  readonly ports: UploadPorts
  readonly deployment: Pick<
    WithIssuers,
    'contentPrefixes' | 'maxUploadBytes' | 'maxOpenUploads' | 'uploadBytesPerDay' | 'fileEnds' | 'issuers' | 'uploadApi'
  >
  /** What the caller may do. */
  readonly access: Access
  /** `identityOf` the caller. */
  readonly identity: string
}

/** The record of an upload that was begun. */
export type UploadRecord = IdempotencyRecord<Upload> & { readonly issued: Upload }

/**
 * Returns the record of an upload; undefined if another caller began it, or the same one for another issuer, if it has ended, or if the
 * caller may no longer use its key.
 */
export async function usable(
  record: IdempotencyRecord<Upload> | undefined,
  context: UploadContext,
): Promise<UploadRecord | undefined> {
  const { ports, access, deployment } = context
  if (record?.issued === undefined || hasPassed(record.expiresAt, ports.clock.now())) return undefined
  const { issued } = record
  // It was begun before links took files here.
  if (deployment.uploadApi !== undefined && isReceived(issued.key)) return undefined
  const { mac } = await ports.keyring.current()
  const isCaller = hashesOf(context, mac).includes(issued.caller)
  return isCaller && startsWithOneOf(issued.key, access.prefixes) ? { ...record, issued } : undefined
}

/** Returns the keyed hashes of a caller and its issuer: see `callerHashes`. */
export function hashesOf(
  { identity, access: { id = '' } }: UploadContext,
  mac: MacKeys,
): readonly [string, ...string[]] {
  return callerHashes(`${id} ${identity}`, mac, 'once-at-edge caller of an upload')
}

/**
 * Returns the place of an upload among its caller's open ones. Its name is the record's salt, since a request that failed frees its place
 * after another may have got its Idempotency-Key. After a rotation of the MAC key, the caller begins another set.
 */
export function slotOf(
  { salt, expiresAt }: IdempotencyRecord<Upload>,
  { identity }: UploadContext,
  mac: MacKeys,
): Slot {
  return { id: callerHash(identity, mac, 'once-at-edge open uploads'), upload: salt, endsAt: expiresAt }
}
