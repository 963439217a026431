import { expect, test } from 'vitest'
import { withoutSecrets } from '../../cli/secrets.ts'

const nonce = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-'

test.each([
  [
    `Unexpected argument 'https://files.example.com/d/${nonce}'.`,
    `Unexpected argument 'https://files.example.com/d/…'.`,
  ],
  [`/d/${nonce}x?confirm=1`, '/d/…?confirm=1'],
  [`got "${nonce}"`, 'got "…"'],
  [`--nonce=${nonce}`, '--nonce=…'],
  ['https://h/a?Policy=e30_&Signature=abc~&Key-Pair-Id=K1', 'https://h/a?Policy=…&Signature=…&Key-Pair-Id=…'],
  ['?X-Amz-Signature=ab12&X-Amz-Security-Token=t%2F', '?X-Amz-Signature=…&X-Amz-Security-Token=…'],
  ['Cookie: CloudFront-Signature=ab; CloudFront-Policy=cd', 'Cookie: CloudFront-Signature=…; CloudFront-Policy=…'],
])('%j', (line, told) => {
  expect(withoutSecrets(line)).toBe(told)
})

test.each([
  ['once-content-123456789012-eu-west-1 is not there'],
  ['arn:aws:lambda:us-east-1:123456789012:function:once-edge'],
  ['q7pTEDdbZ3y1DvHvGTzYxA: There is no such link'],
  ['docs/decisions, /d and /dev/null'],
])('what is none stays: %j', line => {
  expect(withoutSecrets(line)).toBe(line)
})
