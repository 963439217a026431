import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type EpochSeconds } from '../../../shared/time.ts'
import { cloudWatch, cloudWatchLogs } from '../../../jobs/totals/adapters/cloudwatch.ts'
import { serveHere } from '../../support/machine/serve.ts'

type Body = Readonly<Record<string, unknown>>

/** A local AWS that answers each request with the next of `responses`; an error has a `__type`. */
async function aws(responses: readonly Body[]) {
  const requests: (readonly [operation: string, region: string, body: Body])[] = []
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Body
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    const next = responses[requests.length] ?? {}
    requests.push([String(request.headers['x-amz-target']).split('.').at(-1) ?? '', region, body])
    response.writeHead('__type' in next ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(next))
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return { requests, config: { endpoint: origin, credentials, maxAttempts: 1 } }
}

const [from, until] = [1_795_521_600, 1_795_523_400] as EpochSeconds[]
const span = { from: from!, until: until! }
const metric = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'us-east-1.once-edge' } }
const complete = (Id: string, Timestamps: number[] = [], Values: number[] = []) => ({
  Id,
  Timestamps,
  Values,
  StatusCode: 'Complete',
})

test('sums are read in the Region that is asked, by period, over all pages', async () => {
  const { requests, config } = await aws([
    { MetricDataResults: [{ ...complete('m0', [span.from], [3]), StatusCode: 'PartialData' }], NextToken: 'more' },
    { MetricDataResults: [complete('m0', [span.from + 900], [4]), complete('m1')] },
  ])
  const sums = await cloudWatch('once', config).sums('eu-west-1', [metric, { ...metric, name: 'Throttles' }], span)
  expect(sums.map(each => [...each])).toEqual([
    [
      [span.from, 3],
      [span.from + 900, 4],
    ],
    [],
  ])
  expect(requests.map(([operation, region]) => [operation, region])).toEqual([
    ['GetMetricData', 'eu-west-1'],
    ['GetMetricData', 'eu-west-1'],
  ])
  const [, , body] = requests[0]!
  const Dimensions = [{ Name: 'FunctionName', Value: 'us-east-1.once-edge' }]
  const stat = { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions }, Period: 900, Stat: 'Sum' }
  expect(body).toMatchObject({ StartTime: span.from, EndTime: span.until })
  expect((body['MetricDataQueries'] as Body[])[0]).toEqual({ Id: 'm0', MetricStat: stat })
  expect(requests[1]?.[2]).toMatchObject({ NextToken: 'more' })
})

test.each([
  ['only in part', { MetricDataResults: [{ ...complete('m0'), StatusCode: 'InternalError' }] }],
  ['not at all', { MetricDataResults: [] }],
  ['with an error', { __type: 'ThrottlingException', message: 'slow down' }],
])('a sum that is read %s is an error', async (_, response) => {
  const { config } = await aws([response])
  await expect(cloudWatch('once', config).sums('eu-west-1', [metric], span)).rejects.toThrow()
})

test('a function is active if CloudWatch lists one of its metrics, on any page', async () => {
  const dimensions = { FunctionName: 'us-east-1.once-edge' }
  const listed = { Metrics: [{ MetricName: 'Errors' }] }
  const { requests, config } = await aws([{ Metrics: [], NextToken: 'more' }, listed, { Metrics: [] }])
  const metrics = cloudWatch('once', config)
  expect(await metrics.isActive('sa-east-1', 'AWS/Lambda', dimensions)).toBe(true)
  expect(await metrics.isActive('sa-east-1', 'AWS/Lambda', dimensions)).toBe(false)
  expect(requests).toHaveLength(3)
  expect(requests[0]).toMatchObject([
    'ListMetrics',
    'sa-east-1',
    {
      Namespace: 'AWS/Lambda',
      RecentlyActive: 'PT3H',
      Dimensions: [{ Name: 'FunctionName', Value: 'us-east-1.once-edge' }],
    },
  ])
})

test('totals are put in us-east-1, at the start of their period', async () => {
  const { requests, config } = await aws([])
  await cloudWatch('once', config).put([{ name: 'EdgeErrors', period: span.from, value: 4 }])
  const Dimensions = [{ Name: 'Deployment', Value: 'once' }]
  const MetricData = [{ MetricName: 'EdgeErrors', Dimensions, Timestamp: span.from, Value: 4, Unit: 'Count' }]
  expect(requests).toEqual([['PutMetricData', 'us-east-1', { Namespace: 'OnceAtEdge', MetricData }]])
})

test('the retention is that of the group itself, not of one whose name begins the same', async () => {
  const other = { logGroupName: '/once/edge-2', retentionInDays: 7 }
  const { requests, config } = await aws([
    { logGroups: [{ logGroupName: '/once/edge', retentionInDays: 30 }, other] },
    { logGroups: [{ logGroupName: '/once/edge' }, other] },
    { logGroups: [other] },
  ])
  const logs = cloudWatchLogs(config)
  for (const expected of [30, 'forever', 'absent']) {
    expect(await logs.retention('sa-east-1', '/once/edge')).toBe(expected)
  }
  await logs.setRetention('sa-east-1', '/once/edge', 90)
  expect(requests.at(-1)).toEqual([
    'PutRetentionPolicy',
    'sa-east-1',
    { logGroupName: '/once/edge', retentionInDays: 90 },
  ])
})
