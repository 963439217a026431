import { App, Stack } from 'aws-cdk-lib'
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import { expect, test } from 'vitest'
import { countMetric, totalMetric } from '../../../infra/resources/metrics.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'

const settings = parseSettings({ name: 'files', homeRegions: ['eu-west-1', 'us-east-2'] })

test('a count is that of the first home Region, unless another is named', () => {
  const { namespace, metricName, dimensions, statistic, region } = countMetric(settings, 'Redeemed')
  expect({ namespace, metricName, dimensions, statistic, region }).toEqual({
    namespace: 'OnceAtEdge',
    metricName: 'Redeemed',
    dimensions: { Deployment: 'files' },
    statistic: 'Sum',
    region: 'eu-west-1',
  })
  expect(countMetric(settings, 'Redeemed', { region: 'us-east-2' }).region).toBe('us-east-2')
})

test('a total is read in us-east-1 by its maximum: each data point may be put again', () => {
  const { metricName, statistic, period, region } = totalMetric(settings, 'OutcomeUnknownTotal')
  expect([metricName, statistic, period.toSeconds(), region]).toEqual([
    'OutcomeUnknownTotal',
    'Maximum',
    900,
    'us-east-1',
  ])
})

test('an alarm in another Region than its metric is refused, not silent', () => {
  const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1', account: '111122223333' } })
  const alarm = () =>
    new Alarm(stack, 'Alarm', { metric: countMetric(settings, 'Revoked'), threshold: 1, evaluationPeriods: 1 })
  expect(alarm).toThrow(/region/i)
})
