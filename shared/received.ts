import { timingSafeEqual } from 'node:crypto'
import { keyedHash } from './hmac.ts'
import type { Link, LinkId, RedemptionId } from './link.ts'
import type { KeySlot, MacKeys } from './nonce.ts'
import {
  maxResourcePath,
  type ObjectKey,
  parseFilename,
  parseObjectKey,
  percentEncode,
  resourcePath,
} from './object-key.ts'
import type { EpochSeconds } from './time.ts'

// What a link hands out that takes a file: the right to one upload, and the key of its object.

/** The last folder of the key of such a link. Below it, the file of each link has a folder of the link's id. */
const folder = 'received'

/** Returns the key of a link that takes a file below a prefix; undefined if a file below it couldn't be delivered. */
export function folderBelow(prefix: string): ObjectKey | undefined {
  const key = parseObjectKey(prefix + folder)
  const longest = key && parseObjectKey(`${key}/${'x'.repeat(22)}/${'x'.repeat(22)}`)
  return longest && resourcePath({ key: longest }).length <= maxResourcePath ? key : undefined
}

/** Returns the prefix of such a link. */
export function prefixOf({ key }: Pick<Link, 'key'>): string {
  return key.slice(0, -folder.length)
}

/** Returns the key of the object of one redemption: the same for each repeat of it. */
export function receivedKey(
  { key }: Pick<Link, 'key'>,
  { linkId, redemptionId }: Pick<UploadRight, 'linkId' | 'redemptionId'>,
): ObjectKey {
  return `${key}/${linkId}/${redemptionId}` as ObjectKey
}

/** Returns whether a key is that of a file that a link took. */
export function isReceived(key: string): boolean {
  return /(?:^|\/)received\/[\w-]{22}\/[\w-]{22}$/.test(key)
}

/** Returns the keys of such files below a prefix, as patterns of IAM, where `*` is any text and `?` one character. */
export function receivedPatterns(prefix: string): readonly string[] {
  const any = '?'.repeat(22)
  return ['', '*/'].map(folders => `${prefix}${folders}${folder}/${any}/${any}`)
}

/** The right to one upload, as its token says it. */
export interface UploadRight {
  readonly linkId: LinkId
  /** The redemption that handed it out. */
  readonly redemptionId: RedemptionId
  /** Size of the largest file, in bytes. */
  readonly maxBytes: number
  readonly expiresAt: EpochSeconds
}

/**
 * Makes the token of an upload: its right in clear, and a MAC over it with the key of this slot. The label separates this use of the MAC
 * key from all others. Throws if the slot has no key.
 */
export function uploadTokenOf(right: UploadRight, slot: KeySlot, keys: MacKeys): string {
  const { linkId, redemptionId, maxBytes, expiresAt } = right
  return [slot, linkId, redemptionId, maxBytes, expiresAt, macOf(right, slot, keys)].join('.')
}

/** Returns the right in a token, also after its end; undefined if we didn't make it. Compares the MAC in constant time. */
export function parseUploadToken(text: string, keys: MacKeys): UploadRight | undefined {
  const [, slot = '', linkId = '', redemptionId = '', maxBytes, expiresAt, mac = ''] = pattern.exec(text) ?? []
  if (!keys.bySlot.has(Number(slot)) || mac === '') return undefined
  const right = {
    linkId: linkId as LinkId,
    redemptionId: redemptionId as RedemptionId,
    maxBytes: Number(maxBytes),
    expiresAt: Number(expiresAt) as EpochSeconds,
  }
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(right, Number(slot), keys))) ? right : undefined
}

/** Each number has one spelling. */
const pattern = /^(\d|1[0-5])\.([\w-]{22})\.([\w-]{22})\.([1-9]\d{0,15})\.([1-9]\d{0,10})\.([\w-]{22})$/

function macOf({ linkId, redemptionId, maxBytes, expiresAt }: UploadRight, slot: KeySlot, { bySlot }: MacKeys): string {
  const key = bySlot.get(slot)
  if (key === undefined) throw new Error(`no MAC key in slot ${slot}`)
  return keyedHash(key.secret, ['once-at-edge upload', linkId, redemptionId, String(maxBytes), String(expiresAt)])
}

/** The metadata of the object in which its sender's name of the file is, as `metadataOf` writes it, in a header that begins with `x-amz-meta-`. */
export const filenameMetadata = 'once-filename'

/** Most characters of it: S3 allows 2 KB for all metadata of an object. */
const maxMetadata = 1800

/** Writes the name of a file as metadata: ASCII, by percent-encoding. Of a name that is too long, characters before its ending are left out. */
export function metadataOf(filename: string): string {
  const characters = Array.from(filename)
  const dot = Math.max(characters.lastIndexOf('.'), characters.length - 16)
  const [start, end] = [characters.slice(0, dot), characters.slice(dot).join('')]
  while (percentEncode(start.join('') + end).length > maxMetadata) start.pop()
  return percentEncode(start.join('') + end)
}

/** Reads what `metadataOf` wrote; undefined for anything that is no name of a file. */
export function parseMetadata(text: string): string | undefined {
  try {
    return parseFilename(decodeURIComponent(text))
  } catch {
    return undefined
  }
}
