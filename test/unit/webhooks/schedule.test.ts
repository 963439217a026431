import { describe, expect, test } from 'vitest'
import { retryAfterSeconds } from '../../../jobs/webhooks/notify.ts'
import { delayAfter, delays, maxAttempts, maxDelaySeconds } from '../../../jobs/webhooks/handler.ts'
import { noon } from '../../support/table/links.ts'

describe('the time until the next attempt', () => {
  test('is that of the schedule, up to a tenth shorter or longer', () => {
    for (const [index, seconds] of delays.entries()) {
      expect(delayAfter(index + 1, () => 0)).toBe(Math.ceil(seconds * 0.9))
      expect(delayAfter(index + 1, () => 0.999_999)).toBeLessThanOrEqual(Math.ceil(seconds * 1.1))
    }
  })

  test('is none after the last one', () => {
    expect(delayAfter(maxAttempts, () => 0)).toBeUndefined()
    expect(delayAfter(maxAttempts + 3, () => 0)).toBeUndefined()
    expect(delayAfter(Number.NaN, () => 0)).toBeUndefined()
  })

  test('is longer if the endpoint demands it, but never longer than a queue allows', () => {
    expect(delayAfter(1, () => 0.5, 60)).toBe(60)
    expect(delayAfter(4, () => 0.5, 60)).toBe(7200)
    expect(delayAfter(1, () => 0.5, 1e9)).toBe(maxDelaySeconds)
    expect(maxDelaySeconds).toBeLessThan(12 * 3600)
  })
})

test.each([
  ['120', 120],
  ['Tue, 24 Nov 2026 12:01:00 GMT', 60],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['-1', undefined],
  ['tomorrow', undefined],
  [undefined, undefined],
])('Retry-After %j demands %j seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, noon)).toBe(seconds)
})
