import { expect, test } from 'vitest'
import { formatShare, formatSize } from '../../../shared/texts/size.ts'

test('a size has its largest unit and one decimal at most', () => {
  const texts = [0, 1, 999, 1000, 999_949, 999_950, 4_200_000, 1e12, 1e16].map(bytes => formatSize(bytes))
  expect(texts).toEqual(['0 B', '1 B', '999 B', '1 kB', '999.9 kB', '1 MB', '4.2 MB', '1 TB', '10000 TB'])
  expect(formatSize(4_200_000, { units: ['o', 'ko', 'Mo'], decimalMark: ',' })).toBe('4,2 Mo')
})

test('a part has the unit of the whole', () => {
  expect(formatShare(26_000_000, 50_000_000)).toBe('26 of 50 MB')
  expect(formatShare(4_200_000, 4_200_000)).toBe('4.2 of 4.2 MB')
  expect(formatShare(1000, 4_200_000_000)).toBe('1 kB of 4.2 GB')
  expect(formatShare(0, 0)).toBe('0 of 0 B')
})
