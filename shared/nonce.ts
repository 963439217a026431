import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { hmac, type HmacKey, hmacKeyOf } from './hmac.ts'
import { type Region, regionCode, regionOfCode } from './regions.ts'
import type { EpochSeconds } from './time.ts'

declare const spelling: unique symbol

/** Secret in a link: 43 base64url characters in their only canonical spelling. Never logged, never stored. */
export type Nonce = string & { readonly [spelling]: 'nonce' }

/** Options of a link that the edge must know before it calls the table. */
export interface NonceFlags {
  /** The viewer gets a page first and redeems with its button. */
  readonly confirm: boolean
  /** The item keeps a receipt: the redemption is an update instead of a delete. */
  readonly receipt: boolean
  /** The link may be redeemed from one network only. */
  readonly bound: boolean
  /** The capability is for a player: many requests, ranges, a folder. */
  readonly media: boolean
  /** The capability is bound to the client: only an edge that knows this may redeem it. */
  readonly client: boolean
  /** The redemption takes the passphrase: only an edge that counts tries may redeem it. */
  readonly passphrase: boolean
  /** The item is of a kind of its own, such as one with several uses: only an edge that knows kinds may redeem it. */
  readonly extended: boolean
  /** The capability is one upload: only an edge that knows uploads may redeem it. */
  readonly upload: boolean
}

/** Header of a nonce: trustworthy once the MAC is verified. */
export interface NonceClaims {
  readonly flags: NonceFlags
  readonly homeRegion: Region
  readonly expiresAt: EpochSeconds
}

/** MAC key: prepared for nonces, which every request brings, and as a key for Node.js's own HMAC of other messages. */
export interface MacKey {
  readonly ofNonce: HmacKey
  readonly secret: KeyObject
}

/**
 * Which MAC key made a nonce, 0 to 15. A rotation moves on to another slot; so does `invalidateLinks`, so that restored
 * links are refused.
 */
export type KeySlot = number

/** Current MAC keys. New nonces are made with `current`; there are two slots while links of the former one live. */
export interface MacKeys {
  readonly current: KeySlot
  readonly bySlot: ReadonlyMap<KeySlot, MacKey>
}

const version = 1
const headerBytes = 7
/** 128 bits, which can't be guessed even without the MAC (docs/decisions/0001-nonce.md). */
export const randomBytesInNonce = 16
const macBytes = 9
const signedBytes = headerBytes + randomBytesInNonce
const totalBytes = signedBytes + macBytes

const flagBits = {
  confirm: 1,
  receipt: 2,
  bound: 4,
  media: 8,
  client: 16,
  passphrase: 32,
  extended: 64,
  upload: 128,
} as const
const flagNames = Object.keys(flagBits) as readonly (keyof NonceFlags)[]

/**
 * Base64url in canonical spelling: 43 characters hold 258 bits. The last two bits are zero, or one secret would have
 * four spellings. The first four bits are the version: version 1 begins with E to H.
 */
const pattern = /^[E-H][A-Za-z0-9_-]{41}[AEIMQUYcgkosw048]$/

/** Makes a MAC key from 32 secret bytes. Throws a TypeError for any other length. */
export function macKeyOf(bytes: Uint8Array): MacKey {
  if (bytes.length !== 32) throw new TypeError(`MAC key: got ${bytes.length} bytes, allowed: 32`)
  return { ofNonce: hmacKeyOf(bytes, signedBytes), secret: createSecretKey(bytes) }
}

/** Returns the key with which nonces are made. Throws if the current slot has none. */
export function currentKey({ current, bySlot }: MacKeys): MacKey {
  const key = bySlot.get(current)
  if (key === undefined)
    throw new Error(`no MAC key in slot ${current}; slots with a key: ${[...bySlot.keys()].join(', ')}`)
  return key
}

/**
 * Makes the nonce of a new link. `random` must be 16 unpredictable bytes, used for one nonce only. Throws for another
 * length, or if `keys` has no key in its current slot.
 */
export function mintNonce(claims: NonceClaims, random: Uint8Array, keys: MacKeys): Nonce {
  const key = currentKey(keys)
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

/** Parses a nonce in its canonical spelling. Returns undefined for percent signs, padding and other versions. */
export function parseNonce(text: string): Nonce | undefined {
  return pattern.test(text) ? (text as Nonce) : undefined
}

/** Returns the slot of the key that made a nonce, as the nonce says. */
export function slotOf(nonce: Nonce): KeySlot {
  return (Buffer.from(nonce.slice(0, 2), 'base64url')[0] ?? 0) & 0x0f
}

// Each nonce overwrites its bytes and expected MAC here: a buffer of its own would be garbage afterwards.
const nonceBytes = Buffer.alloc(totalBytes)
const signedPart = nonceBytes.subarray(0, signedBytes)
const macPart = nonceBytes.subarray(signedBytes)
const macOfNonce = Buffer.alloc(macBytes)

/**
 * Verifies that we made this nonce and returns its claims. Returns `forged` if we didn't, and `unsupported` if a newer
 * version made it: it has a Region that this version doesn't know, since all bits of the flags are taken. The MAC is compared in constant time.
 */
export function verifyNonce(nonce: Nonce, keys: MacKeys): NonceClaims | 'forged' | 'unsupported' {
  nonceBytes.write(nonce, 'base64url')
  const key = keys.bySlot.get((nonceBytes[0] ?? 0) & 0x0f)
  if (key === undefined) return 'forged'
  if (!timingSafeEqual(macOf(signedPart, key), macPart)) return 'forged'
  const flags = nonceBytes[1] ?? 0
  const homeRegion = regionOfCode(nonceBytes[2] ?? 0)
  if (homeRegion === undefined) return 'unsupported'
  return { flags: flagsOf(flags), homeRegion, expiresAt: nonceBytes.readUInt32BE(3) as EpochSeconds }
}

/** Returns the MAC of these bytes, in a buffer that the next call overwrites. */
function macOf(signed: Uint8Array, { ofNonce }: MacKey): Buffer {
  macOfNonce.write(hmac(ofNonce, signed, 'binary'), 'latin1')
  return macOfNonce
}

function flagByte(flags: NonceFlags): number {
  return flagNames.reduce((byte, name) => (flags[name] ? byte | flagBits[name] : byte), 0)
}

/** Flags of a link without options. */
export const noFlags = flagsOf(0)

function flagsOf(byte: number): NonceFlags {
  return Object.fromEntries(flagNames.map(name => [name, (byte & flagBits[name]) !== 0])) as unknown as NonceFlags
}
