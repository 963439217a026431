import { createHash, createHmac } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import { type MacKeys, randomBytesInNonce } from '../shared/nonce.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import type { ApiContext, IdempotencyRecord } from './ports.ts'

/** A caller, and the Idempotency-Key of its request, if any. */
export interface Caller {
  /** `identityOf` the caller; two callers never share a key. */
  readonly identity: string
  readonly idempotencyKey: string | undefined
}

/** A caller whose request has an Idempotency-Key. */
export interface KeyHolder extends Caller {
  readonly idempotencyKey: string
}

/** Longer than the API's function may run, so that a request has ended when its lease ends. */
const leaseSeconds = 30
/** How long a record is kept: a day, as in most APIs. */
const recordSeconds = 24 * 3600

/**
 * Makes a record for the caller's key and `input`: hashes of both, and a salt of its own. The issuer is part of the input: a
 * link of one is not given to a caller that has become another.
 */
export function newRecord(
  input: object,
  { identity, idempotencyKey }: KeyHolder,
  { ports: { clock, random }, access }: Pick<ApiContext, 'ports' | 'access'>,
): IdempotencyRecord {
  const now = secondsOf(clock.now())
  return {
    id: hash([identity, idempotencyKey]),
    fingerprint: hash([JSON.stringify(input), ...(access === undefined ? [] : [access.id])]),
    salt: Buffer.from(random(randomBytesInNonce)).toString('base64url'),
    leaseUntil: plusSeconds(now, leaseSeconds),
    expiresAt: plusSeconds(now, recordSeconds),
  }
}

/**
 * Derives the 16 unpredictable bytes of a nonce from its record and attempt: the same each time. To predict them takes the
 * MAC key, the record's salt and the caller's Idempotency-Key, which no table holds. The label separates this use of the
 * MAC key from the nonce's own, whose input starts with a version nibble.
 */
export function nonceBits(
  { salt }: IdempotencyRecord,
  { identity, idempotencyKey }: KeyHolder,
  { mac, attempt }: { mac: MacKeys; attempt: number },
): Uint8Array {
  const key = mac.bySlot.get(mac.current)
  assert(key, 'the key slot of the link has a key')
  const input = JSON.stringify(['once-at-edge nonce bits', salt, attempt, identity, idempotencyKey])
  return createHmac('sha256', key.secret).update(input).digest().subarray(0, randomBytesInNonce)
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
