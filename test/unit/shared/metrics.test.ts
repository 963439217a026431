import { expect, test } from 'vitest'
import { type MeasuredLine, metricLine, printedLine } from '../../../shared/metrics.ts'
import { reasons } from '../../../shared/refusal.ts'
import { measurementsIn } from '../../support/emf.ts'
import { noon } from '../../support/links.ts'

/** The metrics that CloudWatch finds in a line: `Name=value unit [dimensions]`. */
function measured(line: string): string[] {
  return measurementsIn(line).map(
    ({ name, unit, value, by }) => `${name}=${value} ${unit} [${Object.values(by).join()}]`,
  )
}

const print = (line: MeasuredLine & Readonly<Record<string, unknown>>) => printedLine(line, 'A_b-c.9', noon)

test.each(['redeemed', 'confirmed', 'unconfirmed', 'probed', 'issued', 'shown', 'listed', 'revoked', 'batched'])(
  'nothing is printed of a request that ended as it should: %s',
  outcome => {
    expect(print({ outcome, linkId: 'x', ms: 1 })).toBeUndefined()
  },
)

test.each(reasons)('a refusal is printed with its fields, and only an unknown outcome is counted: %s', reason => {
  const line = { outcome: 'refused', reason, linkId: 'x', requestId: 'r "1"', ms: 9, storeMs: 8 }
  const text = print(line) ?? ''
  expect(JSON.parse(text)).toMatchObject(line)
  expect(measured(text)).toEqual(reason === 'outcome-unknown' ? ['OutcomeUnknown=1 Count [A_b-c.9]'] : [])
})

test('a failure is printed, although the request got its response', () => {
  const line = { outcome: 'redeemed', linkId: 'x', ms: 1, error: 'TypeError' }
  expect(JSON.parse(print(line) ?? '')).toEqual(line)
})

test('a line may have several counts, and has the time of the measurement', () => {
  const text = metricLine({ deployment: 'once', now: noon }, { Redeemed: 3, Revoked: 1 }, { outcome: 'published' })
  expect(measured(text)).toEqual(['Redeemed=3 Count [once]', 'Revoked=1 Count [once]'])
  expect(JSON.parse(text)).toMatchObject({ _aws: { Timestamp: noon }, outcome: 'published' })
})
