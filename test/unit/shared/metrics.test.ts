import { expect, test } from 'vitest'
import { type MeasuredLine, metricLine, printedLine } from '../../../shared/metrics.ts'
import { reasons } from '../../../shared/refusal.ts'
import { noon } from '../../support/table/links.ts'

const print = (line: MeasuredLine & Readonly<Record<string, unknown>>) => printedLine(line, 'A_b-c.9', noon)

test.each(['redeemed', 'confirmed', 'unconfirmed', 'probed', 'issued', 'shown', 'listed', 'revoked', 'batched'])(
  'nothing is printed of a request that ended as it should: %s',
  outcome => {
    expect(print({ outcome, linkId: 'x', ms: 1 })).toBeUndefined()
  },
)

test.each(reasons)('a refusal is printed with its fields, and only an unknown outcome is counted: %s', reason => {
  const line = { outcome: 'refused', reason, linkId: 'x', requestId: 'r "1"', ms: 9, storeMs: 8 }
  const printed = JSON.parse(print(line) ?? '') as object
  expect(printed).toMatchObject(line)
  expect(Object.keys(printed).includes('OutcomeUnknown')).toBe(reason === 'outcome-unknown')
})

test('a failure is printed, although the request got its response', () => {
  const line = { outcome: 'redeemed', linkId: 'x', ms: 1, error: 'TypeError' }
  expect(JSON.parse(print(line) ?? '')).toEqual(line)
})

// As AWS's page "Specification: Embedded metric format" has it.
test('a line with several counts is what CloudWatch reads, by deployment, with the time of the measurement', () => {
  const text = metricLine({ deployment: 'once', now: noon }, { Redeemed: 3, Revoked: 1 }, { outcome: 'published' })
  const Metrics = ['Redeemed', 'Revoked'].map(Name => ({ Name, Unit: 'Count' }))
  const CloudWatchMetrics = [{ Namespace: 'OnceAtEdge', Dimensions: [['Deployment']], Metrics }]
  expect(JSON.parse(text)).toEqual({
    _aws: { Timestamp: noon, CloudWatchMetrics },
    Deployment: 'once',
    Redeemed: 3,
    Revoked: 1,
    outcome: 'published',
  })
  expect(text).not.toContain('\n')
})
