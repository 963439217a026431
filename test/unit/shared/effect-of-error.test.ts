import { describe, expect, test } from 'vitest'
import { rootErrorName } from '../../../shared/errors.ts'
import { effectOf, NotSent } from '../../../shared/table/effect-of-error.ts'

/** An error as Node.js or the SDK throws it. */
const failure = (fields: { name?: string; code?: string; status?: number; $fault?: 'client' }) =>
  Object.assign(new Error('x'), {
    ...(fields.name && { name: fields.name }),
    ...(fields.code && { code: fields.code }),
    ...(fields.$fault && { $fault: fields.$fault }),
    ...(fields.status && { $metadata: { httpStatusCode: fields.status } }),
  })

describe('a failed write', () => {
  test.each(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'])(
    '%s: it was never sent',
    code => {
      expect(effectOf(failure({ code }))).toBe('none')
    },
  )

  test('it was never sent, whatever the cause', () => {
    expect(effectOf(new NotSent(failure({ code: 'CERT_HAS_EXPIRED' })))).toBe('none')
  })

  test.each([
    'ProvisionedThroughputExceededException',
    'ReplicatedWriteConflictException',
    'RequestLimitExceeded',
    'ThrottlingException',
    'TransactionConflictException',
  ])('%s: it was rejected for now', name => {
    expect(effectOf(failure({ name, status: 400 }))).toBe('none')
  })

  test.each([400, 403, 413, 499])('another %d: it was rejected, and a retry would be too', status => {
    expect(effectOf(failure({ name: 'X', status, $fault: 'client' }))).toBe('none-not-retryable')
  })

  test('a 400 with a truncated body may be anything: a throttle, a failed condition', () => {
    expect(effectOf(failure({ name: 'SyntaxError', status: 400 }))).toBe('unknown')
  })

  test.each([
    failure({ code: 'ECONNRESET' }),
    failure({ name: 'TimeoutError' }),
    failure({ name: 'SyntaxError', status: 200 }),
    failure({ name: 'InternalServerError', status: 500 }),
    failure({ status: 399 }),
    new TypeError('x'),
    'not even an error',
    undefined,
  ])('anything else may have happened: %s', error => {
    expect(effectOf(error)).toBe('unknown')
  })
})

test('the log gets the name of the root error', () => {
  const root = new RangeError('secret')
  expect(rootErrorName(new Error('a', { cause: new TypeError('b', { cause: root }) }))).toBe('RangeError')
  expect(rootErrorName(new TypeError('a', { cause: 'text' }))).toBe('TypeError')
  expect(rootErrorName('text')).toBe('unknown')
})
