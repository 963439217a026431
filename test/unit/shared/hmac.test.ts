import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmac, hmacKeyOf } from '../../../shared/hmac.ts'

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })

test('an HMAC equals that of Node.js for the same key and message, whichever key was used before', () => {
  const sequences = fc.nat({ max: 200 }).chain(length =>
    fc.record({
      length: fc.constant(length),
      secrets: fc.array(bytes(0, 64), { minLength: 1, maxLength: 3 }),
      steps: fc.array(fc.record({ by: fc.nat(), message: bytes(length, length), asText: fc.boolean() })),
    }),
  )
  const cases = fc.property(sequences, ({ length, secrets, steps }) => {
    const keys = secrets.map(secret => ({ secret, key: hmacKeyOf(secret, length) }))
    for (const { by, message, asText } of steps) {
      const { secret, key } = keys[by % keys.length]!
      const input = asText ? Buffer.from(message).toString('latin1') : message
      const expected = createHmac('sha256', secret).update(message).digest('hex')
      expect(hmac(key, input, 'hex')).toBe(expected)
      expect(Buffer.from(hmac(key, input, 'binary'), 'latin1').toString('hex')).toBe(expected)
    }
  })
  fc.assert(cases, { numRuns: 500 })
})

test('a message of another length than the key is for is an error', () => {
  const key = hmacKeyOf(Buffer.alloc(32), 23)
  for (const length of [22, 24]) {
    expect(() => hmac(key, Buffer.alloc(length), 'hex')).toThrow(`got ${length} bytes, allowed: 23`)
    expect(() => hmac(key, 'x'.repeat(length), 'hex')).toThrow(`got ${length} bytes, allowed: 23`)
  }
})

test('a secret longer than a block is an error', () => {
  expect(() => hmacKeyOf(Buffer.alloc(65), 23)).toThrow('got 65 bytes, allowed: up to 64')
})
