import { expect, test } from 'vitest'
import { randomBytes } from '../../../api/adapters/process.ts'

test('of a hundred thousand draws, no two are equal, and each keeps its bytes', () => {
  const draws = Array.from({ length: 100_000 }, (_, index) => randomBytes(index % 7 === 0 ? 24 : 16))
  const texts = draws.map(bytes => Buffer.from(bytes.subarray(0, 16)).toString('hex'))
  expect(new Set(texts).size).toBe(texts.length)
  expect(draws.every(({ length }, index) => length === (index % 7 === 0 ? 24 : 16))).toBe(true)
  expect(texts).not.toContain('0'.repeat(32))
})

test('more bytes than the pool has are refused, not cut', () => {
  expect(randomBytes(2048)).toHaveLength(2048)
  expect(() => randomBytes(2049)).toThrow('2049')
})

test('every bit is set in half of the draws', () => {
  const draws = Array.from({ length: 20_000 }, () => randomBytes(16))
  for (let bit = 0; bit < 128; bit += 1) {
    const set = draws.filter(bytes => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    expect(Math.abs(set - 10_000), `bit ${bit}`).toBeLessThan(500) // seven standard deviations
  }
})
