import { describe, expect, test } from 'vitest'
import { mail, push } from '../../proof/campaign/arrivals.ts'
import { costOf, sumOf } from '../../proof/campaign/cost.ts'
import { defaultLimits, type LimitValues } from '../../proof/campaign/limits.ts'
import { carry } from '../../proof/campaign/model.ts'
import { defaultParameters, type Parameters } from '../../proof/campaign/parameters.ts'
import { issuingSeconds, partsOf } from '../../proof/campaign/parts.ts'
import { minutesToSpread } from '../../proof/campaign/spread.ts'

const short: Parameters = { ...defaultParameters, horizonSeconds: 900 }

describe('parts', () => {
  test('the part that comes first is the one that a growing campaign reaches first', () => {
    const [first] = partsOf(push(1e6), short)
    const { refusals } = carry(push((first?.recipientsAtLimit ?? 0) * 0.95), short)
    expect(refusals.byLambda + refusals.byStore).toBeLessThan(1)
    const more = carry(push((first?.recipientsAtLimit ?? 0) * 1.1), short)
    expect(more.refusals.byLambda + more.refusals.byStore).toBeGreaterThan(1)
  })

  test('a campaign that is spread as advised is not throttled', () => {
    const day: Parameters = { ...defaultParameters, horizonSeconds: 10_800 }
    const minutes = minutesToSpread(push(1e7), day, 0.8) ?? 0
    expect(minutes).toBeGreaterThan(1)
    const { refusals } = carry({ ...push(1e7), deliverySeconds: minutes * 60 }, day)
    expect(refusals.byLambda + refusals.byStore).toBeLessThan(1)
  })

  test('a caller with the largest quota issues a thousand links a second', () => {
    const issuing = { callers: 1, callerQuota: 60_000, requestsPerSecond: 2000 }
    expect(issuingSeconds(1e7, issuing, defaultParameters)).toBeCloseTo(10_000)
    expect(issuingSeconds(1e7, { ...issuing, callers: 9 }, defaultParameters)).toBeCloseTo(2500)
    expect(issuingSeconds(1e7, { ...issuing, callers: 9 }, { ...defaultParameters, sharedReference: true })).toBe(
      10_000,
    )
  })
})

describe('cost', () => {
  test('the lines are positive and grow with the recipients, replicas and options', () => {
    const sum = (recipients: number, more: Partial<Parameters> = {}) =>
      sumOf(costOf(mail(recipients), { ...defaultParameters, ...more }))
    expect(costOf(mail(1e6), defaultParameters).every(({ dollars }) => dollars > 0)).toBe(true)
    expect(sum(2e6)).toBeCloseTo(2 * sum(1e6), 1)
    const options: Partial<Parameters>[] = [
      { replicas: 3 },
      { signer: 'kms' },
      { sharedReference: true },
      { fileMegabytes: 2 },
    ]
    for (const option of options) expect(sum(1e6, option)).toBeGreaterThan(sum(1e6))
    expect(sum(1e6, { invocationsPerOpening: 1 })).toBeLessThan(sum(1e6))
  })

  test('a million plain openings of 1 MB cost what the price list says', () => {
    const items = costOf({ ...push(1e6), openShare: 1 }, { ...defaultParameters, invocationsPerOpening: 1 })
    const dollars = Object.fromEntries(items.map(({ item, dollars: each }) => [item, each]))
    expect(dollars['bytes from CloudFront']).toBeCloseTo(85)
    expect(dollars['CloudFront requests']).toBeCloseTo(2)
    expect(dollars['Lambda@Edge']).toBeCloseTo(0.6 + 0.03 * 0.125 * 50.01)
  })
})

test('a limit that an account has replaces the default', () => {
  const limits: LimitValues = { ...defaultLimits, lambdaConcurrency: 10 }
  const [first] = partsOf(mail(1e7), { ...short, limits })
  expect(first).toMatchObject({ part: 'Lambda concurrency', limit: 10 })
})
