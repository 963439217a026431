import { assert } from '../shared/errors.ts'
import { keyedHash } from '../shared/hmac.ts'
import type { Access } from '../shared/issuers.ts'
import { startsWithOneOf } from '../shared/link-scope.ts'
import type { KeySlot, MacKeys } from '../shared/nonce.ts'
import type { Deployment } from '../shared/settings/deployment.ts'
import { hasPassed } from '../shared/time.ts'
import type { IdempotencyRecord } from './ports.ts'
import type { Slot, Upload, UploadPorts } from './upload-ports.ts'

/** What every request about uploads needs. */
export interface UploadContext {
  readonly ports: UploadPorts
  readonly deployment: Pick<Deployment, 'contentPrefixes' | 'maxUploadBytes' | 'maxOpenUploads' | 'uploadBytesPerDay'>
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
  const { ports, access } = context
  if (record?.issued === undefined || hasPassed(record.expiresAt, ports.clock.now())) return undefined
  const { issued } = record
  const { mac } = await ports.keyring.current()
  const isCaller = [...mac.bySlot.keys()].some(slot => callerHash(context, mac, slot) === issued.caller)
  return isCaller && startsWithOneOf(issued.key, access.prefixes) ? { ...record, issued } : undefined
}

/** Returns the keyed hash of a caller and its issuer. */
export function callerHash({ identity, access }: UploadContext, mac: MacKeys, slot: KeySlot = mac.current): string {
  return hashWith(mac, slot, ['once-at-edge caller of an upload', identity, access.id ?? ''])
}

/** Returns the place of an upload among its caller's open ones. After a rotation of the MAC key, the caller begins another set. */
export function slotOf({ id, expiresAt }: IdempotencyRecord<Upload>, { identity }: UploadContext, mac: MacKeys): Slot {
  return { id: hashWith(mac, mac.current, ['once-at-edge open uploads', identity]), upload: id, endsAt: expiresAt }
}

/** Computes a keyed hash of a caller, so that the table names none. Its first part separates it from other uses of the MAC key. */
export function hashWith({ bySlot }: MacKeys, slot: KeySlot, parts: readonly string[]): string {
  const key = bySlot.get(slot)
  assert(key, 'the slot has a key')
  return keyedHash(key.secret, parts)
}
