import { createHmac, timingSafeEqual } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import { type LinkId, parseLinkId } from '../shared/link.ts'
import type { MacKey, MacKeys } from '../shared/nonce.ts'
import { type Region, regionCode, regionOfCode } from '../shared/regions.ts'
import type { EpochSeconds } from '../shared/time.ts'
import type { ListPosition } from './ports.ts'

/** What a list was asked for: a cursor goes on with the same. */
export interface Filters {
  readonly reference?: string | undefined
  readonly state?: string | undefined
}

/** Where to go on, and in which replica: another may have another order. */
export interface ListCursor {
  readonly region: Region
  readonly place: ListPosition
}

/** Version and key slot, Region, time, and the 22 characters of a link id. */
const headBytes = 1 + 1 + 4 + 22
/** As many as nobody can guess; there is little to gain by it. */
const macBytes = 16
const version = 1

const pattern = /^[A-Za-z0-9_-]{59}$/

/**
 * The text of a bookmark, 59 base64url characters: it says where a link stands and nothing else of it. Its MAC is over the
 * filters too, so one that was damaged, made up, or taken from another list or deployment is none.
 */
export function cursorOf({ region, place }: ListCursor, filters: Filters, mac: MacKeys): string {
  const key = mac.bySlot.get(mac.current)
  assert(key, 'the slot in force has a key')
  const head = Buffer.alloc(headBytes)
  head[0] = (version << 4) | mac.current
  head[1] = regionCode(region)
  head.writeUInt32BE(place.issuedAt ?? 0, 2)
  head.write(place.id, 6, 'latin1')
  return Buffer.concat([head, macOf(head, filters, key)]).toString('base64url')
}

/** Reads what `cursorOf` wrote for these filters, or undefined. Every key that is still held does. */
export function readCursor(text: string, filters: Filters, mac: MacKeys): ListCursor | undefined {
  if (!pattern.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) return undefined
  const [head, tag] = [bytes.subarray(0, headBytes), bytes.subarray(headBytes)]
  const first = head.readUInt8(0)
  const key = mac.bySlot.get(first & 0x0f)
  if (first >> 4 !== version || key === undefined) return undefined
  if (!timingSafeEqual(macOf(head, filters, key), tag)) return undefined
  const [region, id] = [regionOfCode(head.readUInt8(1)), parseLinkId(head.toString('latin1', 6))]
  // A newer version may know Regions that this one doesn't.
  if (region === undefined || id === undefined) return undefined
  return { region, place: placeOf(id, head.readUInt32BE(2)) }
}

function placeOf(id: LinkId, issuedAt: number): ListPosition {
  return issuedAt === 0 ? { id } : { id, issuedAt: issuedAt as EpochSeconds }
}

/** The label keeps it apart from other uses of the MAC key. */
function macOf(head: Buffer, { reference, state }: Filters, { secret }: MacKey): Buffer {
  const input = ['once-at-edge cursor', head.toString('base64url'), reference ?? null, state ?? null]
  return createHmac('sha256', secret).update(JSON.stringify(input)).digest().subarray(0, macBytes)
}
