import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { type LinkId, parseLinkId } from '../../shared/link.ts'
import { currentKey, type MacKey, type MacKeys } from '../../shared/nonce.ts'
import { type Region, regionCode, regionOfCode } from '../../shared/regions.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { ListPosition } from '../ports.ts'

/**
 * Filters of a list. A cursor is valid only with the filters of its page. The caller lists the links of `issuer`, or may see no
 * others. With `callers`, it sees only links of these hashes, which are its own: of another caller, a cursor is invalid.
 */
export type Filters = { readonly [name in 'reference' | 'state' | 'issuer']?: string | undefined } & {
  readonly callers?: readonly string[] | undefined
}

/** Position where a list continues, and its replica: another replica may have another order. */
export interface ListCursor {
  readonly region: Region
  readonly position: ListPosition
}

/** The MAC keys, and a source of unpredictable bytes. */
export interface CursorKeys {
  readonly mac: MacKeys
  readonly random: (length: number) => Uint8Array
}

const version = 2
/** Bytes of the initialisation vector of AES-GCM (NIST SP 800-38D, section 5.2.1). */
const ivBytes = 12
/** Bytes of its tag (section 5.2.1.2). */
const tagBytes = 16
/** Region, time, and the 22 characters of a link id. */
const positionBytes = 1 + 4 + 22
/** Version and key slot, in clear; the initialisation vector, the encrypted position and its tag. */
const cursorBytes = 1 + ivBytes + positionBytes + tagBytes

const pattern = /^[A-Za-z0-9_-]{75}$/

/**
 * Encodes a cursor in 75 base64url characters: a position, encrypted, because the last link read may be another issuer's. It
 * is bound to the filters, so one that is damaged, made up, or from another list or deployment is invalid.
 */
export function cursorOf({ region, position }: ListCursor, filters: Filters, { mac, random }: CursorKeys): string {
  const head = Buffer.of((version << 4) | mac.current)
  const iv = random(ivBytes)
  const plain = Buffer.alloc(positionBytes)
  plain[0] = regionCode(region)
  plain.writeUInt32BE(position.issuedAt ?? 0, 1)
  plain.write(position.id, 5, 'latin1')
  const caller = filters.callers && (position.caller ?? filters.callers[0])
  const cipher = createCipheriv(algorithm, keyOf(currentKey(mac)), iv).setAAD(boundTo(head, filters, caller))
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([head, iv, encrypted, cipher.getAuthTag()]).toString('base64url')
}

/**
 * Decodes a cursor that `cursorOf` made for these filters; undefined if it is invalid. Accepts every MAC key in the secret. It does
 * not hold the caller of its position, but is valid with that one only.
 */
export function readCursor(text: string, filters: Filters, mac: MacKeys): ListCursor | undefined {
  if (!pattern.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== cursorBytes || bytes.toString('base64url') !== text) return undefined
  const head = bytes.subarray(0, 1)
  const first = head.readUInt8(0)
  const key = mac.bySlot.get(first & 0x0f)
  if (first >> 4 !== version || key === undefined) return undefined
  for (const caller of filters.callers ?? [undefined]) {
    const plain = decrypt(bytes.subarray(1), boundTo(head, filters, caller), key)
    if (plain !== undefined) return cursorIn(plain, caller)
  }
  return undefined
}

function cursorIn(plain: Buffer, caller: string | undefined): ListCursor | undefined {
  const region = regionOfCode(plain.readUInt8(0))
  const id = parseLinkId(plain.toString('latin1', 5))
  // The code of a Region may be from a newer version.
  if (region === undefined || id === undefined) return undefined
  return { region, position: { ...positionOf(id, plain.readUInt32BE(1)), caller } }
}

function decrypt(bytes: Buffer, bound: Buffer, key: MacKey): Buffer | undefined {
  const iv = bytes.subarray(0, ivBytes)
  const rest = bytes.subarray(ivBytes)
  const decipher = createDecipheriv(algorithm, keyOf(key), iv, { authTagLength: tagBytes }).setAAD(bound)
  decipher.setAuthTag(rest.subarray(positionBytes))
  const plain = decipher.update(rest.subarray(0, positionBytes))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined // the tag is wrong
  }
}

const algorithm = 'aes-256-gcm'

/** Derives the key of cursors. The label separates it from other uses of the MAC key. */
function keyOf({ secret }: MacKey): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['once-at-edge cursor']))
    .digest()
}

function boundTo(head: Buffer, { reference, state, issuer }: Filters, caller: string | undefined): Buffer {
  const filters = [reference ?? null, state ?? null, issuer ?? null, ...(caller === undefined ? [] : [caller])]
  return Buffer.from(JSON.stringify([head.toString('base64url'), ...filters]))
}

function positionOf(id: LinkId, issuedAt: number): ListPosition {
  return issuedAt === 0 ? { id } : { id, issuedAt: issuedAt as EpochSeconds }
}
