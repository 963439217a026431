import { createHash, createHmac } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import { type MacKeys, randomBytesInNonce } from '../shared/nonce.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import type { IdempotencyRecord, Ports } from './ports.ts'

/** Who asks, and under which Idempotency-Key if any. */
export interface Caller {
  /** The caller's identity as IAM knows it; two callers never share a key. */
  readonly identity: string
  readonly idempotencyKey: string | undefined
}

/** A caller who gave an Idempotency-Key. */
export interface KeyHolder extends Caller {
  readonly idempotencyKey: string
}

/** Longer than the api's function may run, so that a request is dead when its lease is over. */
const leaseSeconds = 30
/** How long an answer is remembered: a day, as most APIs do. */
const memorySeconds = 24 * 3600

/** A claim on the caller's key for what is `asked`. Holds hashes of both, and a salt of its own. */
export function claimFor(
  asked: object,
  { identity, idempotencyKey }: KeyHolder,
  { clock, random }: Ports,
): IdempotencyRecord {
  const now = secondsOf(clock.now())
  return {
    id: hash([identity, idempotencyKey]),
    fingerprint: hash([JSON.stringify(asked)]),
    salt: Buffer.from(random(randomBytesInNonce)).toString('base64url'),
    leaseUntil: plusSeconds(now, leaseSeconds),
    expiresAt: plusSeconds(now, memorySeconds),
  }
}

/**
 * The 16 unpredictable bytes of the nonce that a claim's try makes, the same each time. To predict them takes the MAC
 * key, the claim's salt and the caller's Idempotency-Key, which no table holds; and the label keeps this use of the MAC
 * key apart from the nonce's own, whose input starts with a version nibble.
 */
export function nonceBits(
  { salt }: IdempotencyRecord,
  { identity, idempotencyKey }: KeyHolder,
  { mac, attempt }: { mac: MacKeys; attempt: number },
): Uint8Array {
  const key = mac.bySlot.get(mac.current)
  assert(key, 'the slot of the link was looked for')
  const input = JSON.stringify(['once-at-edge nonce bits', salt, attempt, identity, idempotencyKey])
  return createHmac('sha256', key.secret).update(input).digest().subarray(0, randomBytesInNonce)
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
