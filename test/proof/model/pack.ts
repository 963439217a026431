import {
  type Clock,
  clocks,
  type Issuer,
  issuers,
  type LaneStatus,
  laneStatuses,
  type Phase,
  phases,
  properties,
  type Property,
  type Request,
  type Revoke,
  revokes,
  type World,
} from './world.ts'

const codeOf = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name, code) => [name, code])) as Record<Name, number>
const clockCode = codeOf(clocks)
const issuerCode = codeOf(issuers)
const revokeCode = codeOf(revokes)
const propertyCode = codeOf(properties)
const laneCode = codeOf(laneStatuses)
const phaseCode = codeOf(phases)

const headerBytes = 9

/** Returns the number of bytes of a packed world of this shape, a multiple of four. */
export function packedBytes({ store, requests }: World): number {
  const lanes = requests.reduce((sum, request) => sum + request.lanes.length, 0)
  return Math.ceil((headerBytes + store.log.length - 1 + store.copies.length * 2 + requests.length * 2 + lanes) / 4) * 4
}

/**
 * Writes `world` into `bytes`. The lanes of a request are interchangeable, so they are sorted: equal worlds get equal
 * bytes.
 */
export function pack(world: World, bytes: Uint8Array): void {
  const { store, seen } = world
  bytes[0] =
    clockCode[world.clock] |
    (+world.slotBumped << 2) |
    (+world.restored << 3) |
    (+world.edited << 4) |
    (+world.revoked << 5) |
    (+world.ended << 6)
  bytes[1] = world.faultsLeft | (world.repeatsLeft << 4)
  bytes[2] = issuerCode[world.issuer] | (world.puts << 4)
  bytes[3] = world.putCopiesLeft | (revokeCode[world.revoke] << 4)
  bytes[4] = world.up.reduce((bits, up, region) => bits | (+up << region), 0)
  bytes[5] = seen.expiry
  bytes[6] = seen.holder
  bytes[7] = propertyCode[seen.broken]
  bytes[8] = store.stamps
  let at = headerBytes
  for (let stamp = 1; stamp < store.log.length; stamp += 1) bytes[at++] = store.log[stamp] as number
  for (const copy of store.copies) {
    bytes[at++] = copy.stamp
    bytes[at++] = copy.pending
  }
  for (const request of world.requests) at = packRequest(request, bytes, at)
}

function packRequest(request: Request, bytes: Uint8Array, start: number): number {
  const { phase, ambiguous, hurt, consumed, expiry, lanes } = request
  bytes[start] = phaseCode[phase] | (+ambiguous << 4) | (+hurt << 5) | (+consumed << 6)
  bytes[start + 1] = expiry
  const first = start + 2
  let at = first
  for (const { status, region, late, again } of lanes) {
    const isUnderWay = again || status === 'sent' || status === 'late'
    const byte = laneCode[status] | (isUnderWay ? (region << 3) | (+late << 5) : 0) | (+again << 6)
    let place = at++
    for (; place > first && (bytes[place - 1] as number) < byte; place -= 1) bytes[place] = bytes[place - 1] as number
    bytes[place] = byte
  }
  return at
}

/** Sets `world` to what `pack` wrote into `bytes`. */
export function unpack(world: World, bytes: Uint8Array): void {
  const byte = (at: number) => bytes[at] as number
  const { store, seen, up } = world
  world.clock = clocks[byte(0) & 3] as Clock
  world.slotBumped = (byte(0) & 4) !== 0
  world.restored = (byte(0) & 8) !== 0
  world.edited = (byte(0) & 16) !== 0
  world.revoked = (byte(0) & 32) !== 0
  world.ended = (byte(0) & 64) !== 0
  world.faultsLeft = byte(1) & 15
  world.repeatsLeft = byte(1) >> 4
  world.issuer = issuers[byte(2) & 15] as Issuer
  world.puts = byte(2) >> 4
  world.putCopiesLeft = byte(3) & 15
  world.revoke = revokes[byte(3) >> 4] as Revoke
  for (let region = 0; region < up.length; region += 1) up[region] = (byte(4) & (1 << region)) !== 0
  seen.expiry = byte(5)
  seen.holder = byte(6)
  seen.broken = properties[byte(7)] as Property
  store.stamps = byte(8)
  let at = headerBytes
  for (let stamp = 1; stamp < store.log.length; stamp += 1) store.log[stamp] = byte(at++)
  for (const copy of store.copies) {
    copy.stamp = byte(at++)
    copy.pending = byte(at++)
  }
  for (const request of world.requests) at = unpackRequest(request, bytes, at)
}

function unpackRequest(request: Request, bytes: Uint8Array, start: number): number {
  const flags = bytes[start] as number
  request.phase = phases[flags & 15] as Phase
  request.ambiguous = (flags & 16) !== 0
  request.hurt = (flags & 32) !== 0
  request.consumed = (flags & 64) !== 0
  request.expiry = bytes[start + 1] as number
  let at = start + 2
  for (const lane of request.lanes) {
    const byte = bytes[at++] as number
    lane.status = laneStatuses[byte & 7] as LaneStatus
    lane.region = (byte >> 3) & 3
    lane.late = (byte & 32) !== 0
    lane.again = (byte & 64) !== 0
  }
  return at
}
