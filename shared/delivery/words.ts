import { type EpochSeconds, rfc3339 } from '../time.ts'
import type { DeliveryVerdict } from './verdict.ts'

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/**
 * Says what is known of a delivery, with sizes of 1000: `4.2 of 4.2 MB, complete, 2026-11-26 10:02 UTC`, or `stopped at 26 of 50 MB,
 * 2026-11-26 10:02 UTC`. Of a delivery that isn't complete it never says that all bytes are there.
 */
export function deliverySummary({ state, bytes, size, lastAt }: DeliveryVerdict): string {
  const when = lastAt === undefined ? '' : `, ${minuteOf(lastAt)}`
  switch (state) {
    case 'none':
      return 'no download so far'
    case 'started':
      return `started, stopped before any byte is certain${when}`
    case 'partial':
      return size === undefined
        ? `${amount(bytes)} of an unknown size${when}`
        : `stopped at ${ofSize(bytes, size)}${when}`
    case 'complete':
      return `${ofSize(bytes, size ?? bytes)}, complete${when}`
  }
}

function ofSize(bytes: number, size: number): string {
  const [whole, unit] = scaled(size)
  const step = stepOf(size)
  if (bytes > 0 && bytes < size && bytes < step / 10) return `${amount(bytes)} of ${whole} ${unit}`
  // Rounded down, so that a file which lacks a byte doesn't look whole.
  const part = bytes >= size ? whole : String(Math.floor(Math.min(bytes, size - step / 10) / (step / 10)) / 10)
  return `${part} of ${whole} ${unit}`
}

function amount(bytes: number): string {
  return scaled(bytes).join(' ')
}

function scaled(bytes: number): readonly [text: string, unit: string] {
  const step = stepOf(bytes)
  const unit = units[Math.round(Math.log10(step) / 3)] ?? 'B'
  return [String(Math.round((bytes / step) * 10) / 10), unit]
}

/** Returns the bytes of the unit in which a size is shown. */
function stepOf(bytes: number): number {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return 1000 ** power
}

function minuteOf(at: EpochSeconds): string {
  return `${rfc3339(at).slice(0, 16).replace('T', ' ')} UTC`
}

/** A delivery as the API and events show it. Times are RFC 3339. */
export interface DeliveryView {
  readonly state: DeliveryVerdict['state']
  readonly bytes: number
  readonly size?: number
  readonly firstAt?: string
  readonly lastAt?: string
  readonly summary: string
}

/** Returns a delivery as the API and events show it. */
export function deliveryView(verdict: DeliveryVerdict): DeliveryView {
  const { state, bytes, size, firstAt, lastAt } = verdict
  return {
    state,
    bytes,
    ...(size !== undefined && { size }),
    ...(firstAt !== undefined && { firstAt: rfc3339(firstAt) }),
    ...(lastAt !== undefined && { lastAt: rfc3339(lastAt) }),
    summary: deliverySummary(verdict),
  }
}
