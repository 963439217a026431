import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { hmac, type HmacKey, hmacKeyOf } from './hmac.ts'
import { type Region, regionCode, regionOfCode } from './regions.ts'
import type { EpochSeconds } from './time.ts'

declare const spelling: unique symbol

/** The secret in a link: 43 base64url characters in their one canonical spelling. Never logged, never stored. */
export type Nonce = string & { readonly [spelling]: 'nonce' }

/** What a link was issued with that the edge must know before it asks the table. */
export interface NonceFlags {
  /** The viewer is shown a page first and redeems with a button. */
  readonly confirm: boolean
  /** The redemption is kept as a receipt: an update instead of a delete. */
  readonly receipt: boolean
  /** The link may be redeemed from one network only. */
  readonly bound: boolean
  /** The capability is for a player: many requests, ranges, a folder. */
  readonly media: boolean
}

/** The header of a nonce: trustworthy once its MAC was verified. */
export interface NonceClaims {
  readonly flags: NonceFlags
  readonly homeRegion: Region
  readonly expiresAt: EpochSeconds
}

/** A MAC key: ready for the one message that every request brings, and for Node.js's own HMAC of any other. */
export interface MacKey {
  readonly ofNonce: HmacKey
  readonly secret: KeyObject
}

/** 0 to 15: which MAC key made a nonce. Bumped by a rotation, and after a restore so that restored links are dead. */
export type KeySlot = number

/** The MAC keys in force: new nonces are made with `current`; two slots are held while links of the former live. */
export interface MacKeys {
  readonly current: KeySlot
  readonly bySlot: ReadonlyMap<KeySlot, MacKey>
}

const version = 1
const headerBytes = 7
/** 128 bits: out of reach of guessing even without the MAC (docs/decisions/0001-nonce.md). */
export const randomBytesInNonce = 16
const macBytes = 9
const signedBytes = headerBytes + randomBytesInNonce
const totalBytes = signedBytes + macBytes

const flagBits = { confirm: 1, receipt: 2, bound: 4, media: 8 } as const
const knownFlags = flagBits.confirm | flagBits.receipt | flagBits.bound | flagBits.media

/**
 * Base64url in one spelling: 43 characters hold 258 bits, and the two left over are zero, or one secret would have four.
 * The first four bits are the version: 1 is E to H.
 */
const pattern = /^[E-H][A-Za-z0-9_-]{41}[AEIMQUYcgkosw048]$/

/** Makes a MAC key from 32 secret bytes. */
export function macKeyOf(bytes: Uint8Array): MacKey {
  if (bytes.length !== 32) throw new TypeError(`a MAC key: got ${bytes.length} bytes, allowed: 32`)
  return { ofNonce: hmacKeyOf(bytes, signedBytes), secret: createSecretKey(bytes) }
}

/**
 * Makes the nonce of a new link. `random` must be 16 bytes nobody can predict and is used for one nonce only.
 */
export function mintNonce(claims: NonceClaims, random: Uint8Array, keys: MacKeys): Nonce {
  const key = keys.bySlot.get(keys.current)
  if (key === undefined)
    throw new Error(`no MAC key in slot ${keys.current}; slots held: ${[...keys.bySlot.keys()].join(', ')}`)
  if (random.length !== randomBytesInNonce) throw new TypeError(`random: got ${random.length} bytes, allowed: 16`)
  const bytes = Buffer.alloc(totalBytes)
  bytes[0] = (version << 4) | keys.current
  bytes[1] = flagByte(claims.flags)
  bytes[2] = regionCode(claims.homeRegion)
  bytes.writeUInt32BE(claims.expiresAt, 3)
  bytes.set(random, headerBytes)
  bytes.set(macOf(bytes.subarray(0, signedBytes), key), signedBytes)
  return bytes.toString('base64url') as Nonce
}

/** Reads a nonce in its canonical spelling, or undefined: no decoding of percent signs, no padding, no other version. */
export function parseNonce(text: string): Nonce | undefined {
  return pattern.test(text) ? (text as Nonce) : undefined
}

// Each overwritten by the next: what a nonce spells, and the MAC that it should have. A buffer for each would be garbage.
const read = Buffer.alloc(totalBytes)
const [signedPart, macPart] = [read.subarray(0, signedBytes), read.subarray(signedBytes)]
const macOfNonce = Buffer.alloc(macBytes)

/**
 * Says whether we made this nonce, and if so with which claims. `unsupported` is a nonce we did make, but a newer
 * version of us: it carries a flag or Region that this one doesn't know. The MAC is compared in constant time.
 */
export function verifyNonce(nonce: Nonce, keys: MacKeys): NonceClaims | 'forged' | 'unsupported' {
  read.write(nonce, 'base64url')
  const key = keys.bySlot.get((read[0] ?? 0) & 0x0f)
  if (key === undefined) return 'forged'
  if (!timingSafeEqual(macOf(signedPart, key), macPart)) return 'forged'
  const flags = read[1] ?? 0
  const homeRegion = regionOfCode(read[2] ?? 0)
  if ((flags & ~knownFlags) !== 0 || homeRegion === undefined) return 'unsupported'
  return { flags: flagsOf(flags), homeRegion, expiresAt: read.readUInt32BE(3) as EpochSeconds }
}

/** The MAC that belongs to these bytes; overwritten by the next. */
function macOf(signed: Uint8Array, { ofNonce }: MacKey): Buffer {
  macOfNonce.write(hmac(ofNonce, signed, 'binary'), 'latin1')
  return macOfNonce
}

function flagByte(flags: NonceFlags): number {
  return (
    (flags.confirm ? flagBits.confirm : 0) |
    (flags.receipt ? flagBits.receipt : 0) |
    (flags.bound ? flagBits.bound : 0) |
    (flags.media ? flagBits.media : 0)
  )
}

function flagsOf(byte: number): NonceFlags {
  return {
    confirm: (byte & flagBits.confirm) !== 0,
    receipt: (byte & flagBits.receipt) !== 0,
    bound: (byte & flagBits.bound) !== 0,
    media: (byte & flagBits.media) !== 0,
  }
}
