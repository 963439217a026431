import fc from 'fast-check'
import type { DeliveryRecord } from '../../../shared/delivery/facts.ts'
import { deliveryRecord } from './function.ts'

// Clients that download one file, and what CloudFront logs of each: what they did is known, so every verdict can be compared.

/** What a client did: the bytes that CloudFront wrote for it, in `records`, and what must be said of them. */
export interface Download {
  readonly kind: string
  readonly records: readonly DeliveryRecord[]
  /** Whether CloudFront has written all bytes for certain. */
  readonly isComplete: boolean
  /** Bytes that CloudFront has written, and fewer that must be known: the head of a broken response hides some kilobytes. */
  readonly most: number
  readonly least: number
  /** Whether there was any response with the file. */
  readonly isStarted: boolean
}

/** Most bytes that a broken response hides of those that it had. */
const hidden = (sent: number) => 8192 + Math.ceil(sent / 1000) + 1

interface Part {
  readonly start: number
  readonly end: number
  /** Bytes of the body that were written; less than the part if it broke off. */
  readonly written: number
  readonly isWhole: boolean
}

/** Draws a download of a file of `size` bytes for link `id`. */
export function anyDownload(id: string): fc.Arbitrary<Download> {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 5_000 }),
    fc.integer({ min: 20_000, max: 60_000_000 }),
    fc.constant(0),
  )
  const kinds = fc.constantFrom(
    'complete',
    'aborted',
    'resumed',
    'ranged',
    'ranged in part',
    'pieces',
    'refused',
    'none',
  )
  return fc
    .record({
      size,
      kind: kinds,
      head: fc.integer({ min: 250, max: 4_000 }),
      dice: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 24, maxLength: 24 }),
      isNamed: fc.boolean(),
    })
    .map(({ size: drawn, kind, head, dice, isNamed }) => {
      // A range of an empty file is refused, and there is nothing to break off.
      const isEmpty = drawn === 0 && kind !== 'complete' && kind !== 'none'
      const bytes = isEmpty ? 1 : drawn
      // Without a whole response, only the URL names the size.
      const named = isNamed || kind !== 'complete'
      return download(kind, { id: named ? `${id}.${bytes}` : id, size: bytes, head, dice })
    })
}

interface Drawn {
  readonly id: string
  readonly size: number
  readonly head: number
  readonly dice: readonly number[]
}

function download(kind: string, drawn: Drawn): Download {
  const { size, dice } = drawn
  const at = (index: number, most: number) => Math.floor((dice[index] ?? 0) * most)
  const whole = (start: number, end: number): Part => ({ start, end, written: end - start, isWhole: true })
  const broken = (start: number, end: number, written: number): Part => ({ start, end, written, isWhole: false })
  const described = (parts: readonly Part[], isComplete: boolean): Download => ({
    kind,
    records: parts.map((part, index) => recordOf(part, index, drawn)),
    isComplete,
    most: unionOf(parts),
    least: isComplete ? size : unionOf(parts.map(part => (part.isWhole ? part : shorter(part, drawn)))),
    isStarted: parts.length > 0,
  })
  const cut = at(0, size)
  switch (kind) {
    case 'complete':
      return described([whole(0, size)], true)
    case 'aborted': {
      // Also one whose last byte was written, but of which CloudFront says that it broke off.
      return described([broken(0, size, dice[1]! < 0.1 ? size : cut)], false)
    }
    case 'resumed': {
      const got = Math.min(cut, size - 1)
      // The server had written up to 100 kB more than the client got.
      const written = Math.min(size, got + at(1, 100_000))
      return described([broken(0, size, written), whole(got, size)], true)
    }
    case 'ranged':
      return described(
        piecesOf(size, dice).map(([start, end]) => whole(start, end)),
        true,
      )
    case 'ranged in part': {
      const pieces = piecesOf(size, dice)
      const left = at(2, pieces.length)
      return described(
        pieces.filter((_, index) => index !== left).map(([start, end]) => whole(start, end)),
        false,
      )
    }
    case 'pieces':
      // The same piece again and again: its sum is more than the file, its union is not.
      return described(
        Array.from({ length: 12 }, () => whole(0, Math.floor(size / 2))).filter(({ end }) => end > 0),
        false,
      )
    case 'refused':
      return { kind, records: refusals(drawn), isComplete: false, most: 0, least: 0, isStarted: false }
    default:
      return { kind, records: [], isComplete: false, most: 0, least: 0, isStarted: false }
  }
}

/** The bytes of a broken part that must be known. */
function shorter(part: Part, { head }: Drawn): Part {
  const written = Math.max(0, Math.min(part.written, part.end - part.start - 1) - hidden(part.written + head))
  return { ...part, written }
}

/** Cuts a file into 1 to 6 pieces that cover it, in some order. */
function piecesOf(size: number, dice: readonly number[]): readonly (readonly [start: number, end: number])[] {
  const cuts = dice.slice(3, 3 + Math.floor((dice[9] ?? 0) * 6)).map(die => Math.floor(die * size))
  const edges = [...new Set([0, ...cuts, size])].toSorted((one, other) => one - other)
  const pieces = edges.slice(1).map((end, index) => [edges[index] ?? 0, end] as const)
  return pieces
    .map((piece, index) => ({ piece, die: dice[10 + index] ?? 0 }))
    .toSorted((one, other) => one.die - other.die)
    .map(({ piece }) => piece)
}

/** Counts different bytes, one interval after the other, by other means than the code does. */
function unionOf(parts: readonly Part[]): number {
  const points = [...new Set(parts.flatMap(({ start, written }) => [start, start + written]))].toSorted(
    (one, other) => one - other,
  )
  return points.slice(1).reduce((sum, end, index) => {
    const start = points[index] ?? 0
    return sum + (parts.some(part => part.start <= start && end <= part.start + part.written) ? end - start : 0)
  }, 0)
}

function recordOf(
  { start, end, written, isWhole }: Part,
  index: number,
  { id, size, head, dice }: Drawn,
): DeliveryRecord {
  const isPart = start > 0 || end < size
  return deliveryRecord({
    time: `10:${String(index).padStart(2, '0')}:${String(Math.floor((dice[23] ?? 0) * 60)).padStart(2, '0')}`,
    'sc-status': isPart ? '206' : '200',
    'sc-bytes': String(written + head),
    'sc-content-len': String(end - start),
    'sc-range-start': isPart ? String(start) : '-',
    'sc-range-end': isPart ? String(end - 1) : '-',
    'x-edge-result-type': isWhole ? (['Hit', 'Miss', 'RefreshHit'][index % 3] ?? 'Hit') : 'Error',
    'viewer-request-log-data': id,
  })
}

/** Responses that have nothing of the file, whatever their bytes. */
function refusals({ id, size }: Drawn): readonly DeliveryRecord[] {
  const common = { 'viewer-request-log-data': id, 'sc-bytes': String(size + 1000), 'sc-content-len': String(size) }
  return [
    deliveryRecord({ ...common, 'cs-method': 'HEAD' }),
    ...['304', '403', '416', '000', '503'].map(status => deliveryRecord({ ...common, 'sc-status': status })),
  ]
}
