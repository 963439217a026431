import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { macKeyOf, signedBytes, writeMac } from '../../shared/mac-key.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('a MAC is what HMAC-SHA256 of Node.js makes of the same bytes, whichever key was used before', () => {
  const into = Buffer.alloc(32)
  const steps = fc.array(fc.record({ index: fc.nat({ max: 2 }), nonce: bytes(32) }), { minLength: 1 })
  const cases = fc.property(fc.array(bytes(32), { minLength: 3, maxLength: 3 }), steps, (secrets, all) => {
    const keys = secrets.map(macKeyOf)
    for (const { index, nonce } of all) {
      writeMac(keys[index]!, nonce, into)
      const authority = createHmac('sha256', secrets[index]!).update(nonce.subarray(0, signedBytes)).digest()
      expect(into.equals(authority)).toBe(true)
    }
  })
  fc.assert(cases, { numRuns: 500 })
})

test('a key holds the secret for other messages too', () => {
  const secret = Buffer.alloc(32, 7)
  const mac = (key: Parameters<typeof createHmac>[1]) => createHmac('sha256', key).update('another').digest('hex')
  expect(mac(macKeyOf(secret).secret)).toBe(mac(secret))
})

test('a key of another length is an error', () => {
  expect(() => macKeyOf(new Uint8Array(31))).toThrow('got 31 bytes, allowed: 32')
})
