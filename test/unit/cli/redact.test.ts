import { expect, test } from 'vitest'
import { redact } from '../../../cli/terminal/text.ts'

const nonce = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-'

test.each([
  [
    `Unexpected argument 'https://files.example.com/d/${nonce}'.`,
    `Unexpected argument 'https://files.example.com/d/…'.`,
  ],
  [`got "${nonce}"`, 'got "…"'],
  ['https://h/a?Policy=e30_&Signature=abc~&Key-Pair-Id=K1', 'https://h/a?Policy=…&Signature=…&Key-Pair-Id=…'],
  ['?X-Amz-Signature=ab12&X-Amz-Security-Token=t%2F', '?X-Amz-Signature=…&X-Amz-Security-Token=…'],
  ['Cookie: CloudFront-Signature=ab; CloudFront-Policy=cd', 'Cookie: CloudFront-Signature=…; CloudFront-Policy=…'],
  [`got ${nonce}xy, allowed`, 'got …, allowed'],
  [`?next=https%3A%2F%2Fh%2Fd%2F${nonce}&a=b`, '?next=https%3A%2F%2Fh%2Fd%2F…&a=b'],
  [`?nonce=%20${nonce}`, '?nonce=%20…'],
  ['next=%2Fa%3FSignature%3Dabc%26', 'next=%2Fa%3FSignature%3D…'],
  ['{"Signature": "abc", "Policy":"e30_"}', '{"Signature": "…", "Policy":"…"}'],
  ['X-Amz-Security-Token: abc+/=', 'X-Amz-Security-Token: …'],
  [
    'AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=ab',
    'AWS4-HMAC-SHA256 Credential=…, SignedHeaders=host, Signature=…',
  ],
  ['Once-Client: q3J0sQh1, x', 'Once-Client: …, x'],
  ['{"once-client":"q3J0sQh1"}', '{"once-client":"…"}'],
  [
    'Cookie: __Host-once=id; __Secure-once-q7pTEDdbZ3y1DvHvGTzYxA=s3',
    'Cookie: __Host-once=…; __Secure-once-q7pTEDdbZ3y1DvHvGTzYxA=…',
  ],
  ['{"__Secure-once-q7pTEDdbZ3y1DvHvGTzYxA": "s3"}', '{"__Secure-once-q7pTEDdbZ3y1DvHvGTzYxA": "…"}'],
  ['got "https://me:se/c?r#et@h/v1", allowed', 'got "https://…@h/v1", allowed'],
  ['http://token@h/v1 and http://me:@h', 'http://…@h/v1 and http://…@h'],
])('secrets are removed: %j', (line, redacted) => {
  expect(redact(line)).toBe(redacted)
})

test.each([
  ['once-content-123456789012-eu-west-1 is not there'],
  ['arn:aws:lambda:us-east-1:123456789012:function:once-edge'],
  ['q7pTEDdbZ3y1DvHvGTzYxA: There is no such link'],
  ['docs/decisions, /d and /dev/null'],
  ['https://h:8080/v1/links?reference=me@example.com'],
  ['the policy: none, a signature is wanted'],
  ['send Once-Client to the link and to the file'],
])('what is not a secret stays: %j', line => {
  expect(redact(line)).toBe(line)
})

test.each([
  ['://'],
  ['://:'],
  ['x://a:'],
  ['://a/'],
  [':'],
  ['Policy" '],
  ['X-Amz-Signature: '],
  ['/d/'],
  ['%2Fd%2F'],
  ['%AAE'],
  ['E'],
  ['Signature='],
  ['a@'],
  ['Once-Client: '],
  ['__Secure-once-'],
  ['Once-Client" '],
])('a long text of %j takes time in proportion to its length', pattern => {
  const text = pattern.repeat(1_000_000 / pattern.length)
  const startedAt = performance.now()
  redact(text)
  redact(`https://${text}@`)
  // Some 50 ms. In quadratic time, it would be an hour.
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
