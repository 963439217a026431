import { createHmac, timingSafeEqual } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import { type LinkId, parseLinkId } from '../shared/link.ts'
import type { MacKey, MacKeys } from '../shared/nonce.ts'
import { type Region, regionCode, regionOfCode } from '../shared/regions.ts'
import type { EpochSeconds } from '../shared/time.ts'
import type { ListPosition } from './ports.ts'

/** Filters of a list. A cursor is valid only with the filters of its page. */
export interface Filters {
  readonly reference?: string | undefined
  readonly state?: string | undefined
}

/** Position where a list continues, and its replica: another replica may have another order. */
export interface ListCursor {
  readonly region: Region
  readonly position: ListPosition
}

/** Version and key slot, Region, time, and the 22 characters of a link id. */
const headBytes = 1 + 1 + 4 + 22
/** Enough not to be guessed; a guess would gain little. */
const macBytes = 16
const version = 1

const pattern = /^[A-Za-z0-9_-]{59}$/

/**
 * Encodes a cursor in 59 base64url characters. It holds the position and Region of a link, nothing else. Its MAC covers the
 * filters too, so a cursor that is damaged, made up, or from another list or deployment is invalid.
 */
export function cursorOf({ region, position }: ListCursor, filters: Filters, mac: MacKeys): string {
  const key = mac.bySlot.get(mac.current)
  assert(key, 'the current slot has a key')
  const head = Buffer.alloc(headBytes)
  head[0] = (version << 4) | mac.current
  head[1] = regionCode(region)
  head.writeUInt32BE(position.issuedAt ?? 0, 2)
  head.write(position.id, 6, 'latin1')
  return Buffer.concat([head, macOf(head, filters, key)]).toString('base64url')
}

/** Decodes a cursor that `cursorOf` made for these filters; undefined if it is invalid. Accepts every MAC key in the secret. */
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
  // The code of a Region may be from a newer version.
  if (region === undefined || id === undefined) return undefined
  return { region, position: positionOf(id, head.readUInt32BE(2)) }
}

function positionOf(id: LinkId, issuedAt: number): ListPosition {
  return issuedAt === 0 ? { id } : { id, issuedAt: issuedAt as EpochSeconds }
}

/** The label separates this from other uses of the MAC key. */
function macOf(head: Buffer, { reference, state }: Filters, { secret }: MacKey): Buffer {
  const input = ['once-at-edge cursor', head.toString('base64url'), reference ?? null, state ?? null]
  return createHmac('sha256', secret).update(JSON.stringify(input)).digest().subarray(0, macBytes)
}
