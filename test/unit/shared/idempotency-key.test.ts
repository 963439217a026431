import { expect, test } from 'vitest'
import { parseIdempotencyKey } from '../../../shared/http.ts'

test.each(['a', ' ', '~', 'order 17', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', 'x'.repeat(255)])(
  '%j is an Idempotency-Key, unchanged',
  text => {
    expect(parseIdempotencyKey(text)).toBe(text)
  },
)

test.each(['', 'x'.repeat(256), 'ä', 'a\nb', 'a\n', '\u007f', '\u001f', '😀'])('%j is not an Idempotency-Key', text => {
  expect(parseIdempotencyKey(text)).toBeUndefined()
})
