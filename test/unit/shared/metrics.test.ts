import { describe, expect, test } from 'vitest'
import { apiCounters, createMetricFormatter, edgeCounters, type MeasuredLine } from '../../../shared/metrics.ts'
import { reasons } from '../../../shared/refusal.ts'
import { measurementsIn } from '../../support/emf.ts'
import { noon } from '../../support/links.ts'

/** The metrics that CloudWatch finds in a line: `Name=value unit [dimensions]`. */
function measured(line: string): string[] {
  return measurementsIn(line).map(
    ({ name, unit, value, by }) => `${name}=${value} ${unit} [${Object.values(by).join()}]`,
  )
}

/** Formats lines of an environment that has logged before. */
function warm(counters = edgeCounters, deployment = 'once') {
  const format = createMetricFormatter(deployment, counters)
  format({ outcome: 'probed' }, noon)
  return (line: MeasuredLine) => format(line, noon)
}

describe('a line of the edge', () => {
  test.each<[string, MeasuredLine, string[]]>([
    ['a redemption', { outcome: 'redeemed', storeMs: 7 }, ['Redeemed=1 Count [once]', 'StoreMs=7 Milliseconds [once]']],
    [
      'a refusal before the store',
      { outcome: 'refused', reason: 'forged' },
      ['Refused=1 Count [once]', 'Refused=1 Count [once,forged]'],
    ],
    [
      'a refusal by the store',
      { outcome: 'refused', reason: 'spent', storeMs: 0 },
      ['Refused=1 Count [once]', 'Refused=1 Count [once,spent]', 'StoreMs=0 Milliseconds [once]'],
    ],
    [
      'a refusal to the client that used the link, which does not count by reason',
      { outcome: 'refused', reason: 'spent', sameClient: true, storeMs: 0 },
      ['Refused=1 Count [once]', 'StoreMs=0 Milliseconds [once]'],
    ],
    ['a form whose link shows its player', { outcome: 'confirmed', storeMs: 3 }, ['StoreMs=3 Milliseconds [once]']],
    [
      'a lost response',
      { outcome: 'refused', reason: 'outcome-unknown', storeMs: 3700 },
      [
        'Refused=1 Count [once]',
        'Refused=1 Count [once,outcome-unknown]',
        'OutcomeUnknown=1 Count [once]',
        'StoreMs=3700 Milliseconds [once]',
      ],
    ],
    ['a HEAD', { outcome: 'probed' }, []],
  ])('declares what it measures and nothing else: %s', (_, line, expected) => {
    expect(measured(warm()(line))).toEqual(expected)
  })

  test('keeps its fields, and has a timestamp', () => {
    const line = { outcome: 'refused', reason: 'spent', linkId: 'x', requestId: 'r "1"', ms: 9, storeMs: 8 }
    const { storeMs: _, ...kept } = line
    expect(JSON.parse(warm()(line))).toMatchObject({ _aws: { Timestamp: noon }, StoreMs: 8, ...kept })
    expect(JSON.parse(warm()({ outcome: 'probed' }))).toEqual({ outcome: 'probed' })
  })

  test('counts a cold start if it is the first of its environment, whatever the outcome', () => {
    for (const line of [
      { outcome: 'probed' },
      { outcome: 'redeemed', storeMs: 1 },
      { outcome: 'refused', reason: 'forged' },
    ]) {
      const format = createMetricFormatter('once', edgeCounters)
      const cold = [1, 2, 3].map(() => measured(format(line, noon)).filter(text => text.startsWith('ColdStart')))
      expect(cold).toEqual([['ColdStart=1 Count [once]'], [], []])
    }
  })

  test.each(reasons)('is valid for the reason %s, with and without the store', reason => {
    const [formatWarm, formatCold] = [warm(edgeCounters, 'A_b-c.9'), createMetricFormatter('A_b-c.9', edgeCounters)]
    for (const line of [
      { outcome: 'refused', reason },
      { outcome: 'refused', reason, storeMs: 1 },
    ]) {
      expect(measured(formatWarm(line))).toContain(`Refused=1 Count [A_b-c.9,${reason}]`)
      expect(measured(formatCold(line, noon))).toContain(`Refused=1 Count [A_b-c.9,${reason}]`)
    }
  })
})

describe('a line of the api', () => {
  test.each<[MeasuredLine, string[]]>([
    [{ outcome: 'issued' }, ['Issued=1 Count [once]']],
    [{ outcome: 'revoked' }, ['Revoked=1 Count [once]']],
    [{ outcome: 'redeemed' }, ['Exchanged=1 Count [once]']],
    [{ outcome: 'shown' }, []],
    [{ outcome: 'refused', reason: 'revoked' }, ['Refused=1 Count [once]', 'Refused=1 Count [once,revoked]']],
    [{ outcome: 'something new' }, []],
  ])('%o', (line, expected) => {
    expect(measured(warm(apiCounters)(line))).toEqual(expected)
  })

  test('of one kind is not confused with another', () => {
    const format = warm(apiCounters)
    const lines = [
      { outcome: 'revoked' },
      { outcome: 'refused', reason: 'revoked' },
      { outcome: 'revoked', storeMs: 1 },
    ]
    const once = lines.map(line => format(line))
    expect(lines.map(line => format(line))).toEqual(once)
    expect(new Set(once.map(text => measured(text).join())).size).toBe(3)
  })
})

test.each([
  [
    'a metric without a value',
    '{"_aws":{"Timestamp":1795521600000,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]},"D":"d"}',
  ],
  [
    'a dimension that is a number',
    '{"_aws":{"Timestamp":1795521600000,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M"}]}]},"D":1,"M":1}',
  ],
  [
    'a time in seconds',
    '{"_aws":{"Timestamp":1795521600,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M"}]}]},"D":"d","M":1}',
  ],
  [
    'no metrics in it',
    '{"_aws":{"Timestamp":1795521600000,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["D"]],"Metrics":[]}]},"D":"d"}',
  ],
  ['words before it', 'INFO {"outcome":"redeemed"}'],
])('the test would notice %s', (_, line) => {
  expect(() => measurementsIn(line)).toThrow()
})
