import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliveryOfItem, itemOfDelivery } from '../../../shared/delivery/item.ts'
import {
  bytesIn,
  type ByteRange,
  joinRanges,
  maxRanges,
  parseRanges,
  rangesText,
} from '../../../shared/delivery/ranges.ts'
import { deliverySummary, type DeliveryVerdict } from '../../../shared/delivery/facts.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { EpochSeconds } from '../../../shared/time.ts'

const range = fc.tuple(fc.nat(200), fc.nat(60)).map(([start, length]): ByteRange => [start, start + length])
const bytesOf = (ranges: readonly ByteRange[]) =>
  new Set(ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at)))

describe('ranges', () => {
  test('have each byte of those that were joined, and no other', () => {
    fc.assert(
      fc.property(fc.array(range), ranges => {
        const joined = joinRanges(ranges)
        expect(bytesOf(joined)).toEqual(bytesOf(ranges))
        expect(bytesIn(joined)).toBe(bytesOf(ranges).size)
        expect(parseRanges(rangesText(joined))).toEqual(joined)
      }),
    )
  })

  test('are the longest, in order, if there are too many', () => {
    const many = Array.from({ length: maxRanges + 10 }, (_, index): ByteRange => [
      index * 10,
      index * 10 + 1 + (index % 2),
    ])
    const joined = joinRanges(many)
    expect(joined).toHaveLength(maxRanges)
    expect(joined.toSorted((one, other) => one[0] - other[0])).toEqual(joined)
    expect(joined.filter(([start, end]) => end - start === 2)).toHaveLength((maxRanges + 10) / 2)
  })
})

test('an item holds all that is known of a delivery, and when TTL removes it', () => {
  const id = 'AAAAAAAAAAAAAAAAAAAAAA' as LinkId
  const [firstAt, lastAt] = [5 as EpochSeconds, 9 as EpochSeconds]
  const facts = { id, written: [[0, 7]] as const, perhaps: [[7, 9]] as const, size: 12, firstAt, lastAt }
  const stored = { facts, announced: false, version: 3 }
  const item = itemOfDelivery(stored, 99 as EpochSeconds)
  expect(deliveryOfItem(item)).toEqual(stored)
  expect(item['expiresAt']).toEqual({ N: '99' })
  expect(Object.keys(item)).not.toContain('whole')
})

describe('words', () => {
  const lastAt = (Date.parse('2026-11-26T10:02:33Z') / 1000) as EpochSeconds
  const times = { firstAt: lastAt, lastAt }
  const at = '2026-11-26 10:02 UTC'
  test.each<readonly [DeliveryVerdict, string]>([
    [{ state: 'none', bytes: 0 }, 'no download so far'],
    [{ state: 'started', bytes: 0, size: 5000, ...times }, `started, stopped before any byte is certain, ${at}`],
    [{ state: 'complete', bytes: 4_200_000, size: 4_200_000, ...times }, `4.2 of 4.2 MB, complete, ${at}`],
    [{ state: 'partial', bytes: 26_000_000, size: 50_000_000, ...times }, `stopped at 26 of 50 MB, ${at}`],
    [{ state: 'partial', bytes: 4_199_999, size: 4_200_000, ...times }, `stopped at 4.1 of 4.2 MB, ${at}`],
    [{ state: 'partial', bytes: 12_000, size: 50_000_000, ...times }, `stopped at 12 kB of 50 MB, ${at}`],
    [{ state: 'partial', bytes: 12_000, ...times }, `12 kB of an unknown size, ${at}`],
  ])('say %j as %s', (verdict, summary) => {
    expect(deliverySummary(verdict)).toBe(summary)
  })

  test('never look whole if a byte is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5e12 }), fc.integer({ min: 1, max: 1000 }), (size, less) => {
        const bytes = Math.max(1, size - less)
        const [, part, unit, whole] =
          /stopped at ([\d.]+) ?(\w*) of ([\d.]+)/.exec(deliverySummary({ state: 'partial', bytes, size })) ?? []
        expect(unit !== '' || part !== whole).toBe(true)
      }),
    )
  })
})
