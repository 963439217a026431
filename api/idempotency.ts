import { createHash, createHmac } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import { keyedHash } from '../shared/hmac.ts'
import type { Access } from '../shared/callers/issuers.ts'
import { currentKey, type MacKey, type MacKeys, randomBytesInNonce } from '../shared/nonce.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import type { IssueInput } from '../shared/options/options.ts'
import { parsePassphrase, type Passphrase } from '../shared/secrets/passphrase.ts'
import type { ApiPorts, IdempotencyRecord } from './ports.ts'

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
  { identity, idempotencyKey, mac }: KeyHolder & { readonly mac: MacKeys },
  { ports: { clock, random }, access }: { readonly ports: Pick<ApiPorts, 'clock' | 'random'>; readonly access: Access },
): IdempotencyRecord<never> {
  const now = secondsOf(clock.now())
  return {
    id: hash([identity, idempotencyKey]),
    fingerprint: fingerprintOf(input, access, currentKey(mac)),
    salt: Buffer.from(random(randomBytesInNonce)).toString('base64url'),
    leaseUntil: plusSeconds(now, leaseSeconds),
    expiresAt: plusSeconds(now, recordSeconds),
  }
}

/**
 * Returns whether a record is for this input. If the MAC key has rotated since, the fingerprint of an input with a passphrase was made
 * with a former one.
 */
export function isSameInput(
  { fingerprint }: Pick<IdempotencyRecord, 'fingerprint'>,
  input: object,
  { mac, access }: { readonly mac: MacKeys; readonly access: Access },
): boolean {
  return [...mac.bySlot.values()].some(key => fingerprintOf(input, access, key) === fingerprint)
}

/**
 * Hashes an input. A passphrase in it is hashed with the MAC key first: a reader of the table, who knows or guesses the rest, must not be
 * able to try passphrases on the hash. No other input depends on the key.
 */
function fingerprintOf(input: object, { id }: Access, key: MacKey): string {
  const withoutPassphrase = (name: string, value: unknown) =>
    name === 'passphrase' && typeof value === 'string'
      ? keyedHash(key.secret, ['once-at-edge passphrase of a request', value])
      : value
  return hash([JSON.stringify(input, withoutPassphrase), ...(id === undefined ? [] : [id])])
}

/** From what the secrets of a link with an Idempotency-Key are derived. */
interface Derivation {
  readonly record: Pick<IdempotencyRecord, 'salt'>
  readonly holder: KeyHolder
  readonly mac: MacKeys
  /** The attempt to write the link, from 1. */
  readonly attempt: number
}

/** Derives the 16 unpredictable bytes of a nonce: the same each time. */
export function nonceBits(derivation: Derivation): Uint8Array {
  return derive('once-at-edge nonce bits', derivation).subarray(0, randomBytesInNonce)
}

/**
 * Derives 32 bytes. To predict them takes the MAC key, the record's salt and the caller's Idempotency-Key, which no table holds. The
 * label separates this use of the MAC key from others, and from the nonce's own, whose input starts with a version nibble.
 */
function derive(label: string, { record: { salt }, holder, mac, attempt }: Derivation): Buffer {
  const { identity, idempotencyKey } = holder
  const input = JSON.stringify([label, salt, attempt, identity, idempotencyKey])
  return createHmac('sha256', currentKey(mac).secret).update(input).digest()
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** What one attempt to write a link draws, or derives. */
export interface LinkSecrets {
  /** The unpredictable bytes of its nonce. */
  readonly bits: Uint8Array
  /** Its passphrase, if it has one. */
  readonly passphrase?: Passphrase | undefined
  /** The same as people read it, if the API made it. */
  readonly generated?: string | undefined
}

type Input = Pick<IssueInput, 'passphrase'>

/** Draws the secrets of a link at random. */
export function drawnSecrets({ passphrase }: Input, { random }: Pick<ApiPorts, 'random'>): LinkSecrets {
  const bits = random(randomBytesInNonce)
  return passphrase === true ? { bits, ...generatePassphrase(random(passphraseBytes)) } : { bits, passphrase }
}

/** Derives the secrets of a link: the same each time. The nonce says nothing of a generated passphrase. */
export function derivedSecrets({ passphrase }: Input, derivation: Derivation): LinkSecrets {
  const bits = nonceBits(derivation)
  if (passphrase !== true) return { bits, passphrase }
  return { bits, ...generatePassphrase(derive('once-at-edge passphrase', derivation)) }
}

/** Bytes that make a passphrase. */
const passphraseBytes = 8

/** How many passphrases there are: 12 digits, 39.9 bits. Digits are read out on the phone in every language. */
const count = 10n ** 12n

/**
 * Makes a passphrase of 8 unpredictable bytes or more, as people read it (`4821-0937-5526`) and as it is hashed. Of 2^64 values, the
 * remainder prefers none by more than one in ten million.
 */
export function generatePassphrase(bits: Uint8Array): { readonly generated: string; readonly passphrase: Passphrase } {
  const number = Buffer.from(bits).readBigUInt64BE() % count
  const digits = String(number).padStart(12, '0')
  const generated = digits.replaceAll(/\d{4}(?=\d)/g, '$&-')
  const passphrase = parsePassphrase(generated)
  assert(passphrase, '12 digits are a passphrase')
  return { generated, passphrase }
}
