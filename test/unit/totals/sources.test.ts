import { expect, test } from 'vitest'
import { totalNames } from '../../../shared/metrics.ts'
import { type Source, sourcesOf } from '../../../jobs/totals/sources.ts'
import { testWatched } from '../../support/events/cloudwatch.ts'

const extra = {
  apiFunctions: ['once-links', 'once-exchange'],
  eventsQueue: 'once-events-failed',
  linksTable: 'once-links',
  tableRegions: ['us-east-1', 'us-east-2'],
} as const

/** Each metric that is copied: Region, namespace, name, values of the dimensions, total. */
const metricsOf = (sources: readonly Source[]) =>
  sources.flatMap(({ region, copied }) =>
    copied.map(
      ({ namespace, name, dimensions, total }) =>
        `${region} ${namespace} ${name} ${Object.values(dimensions).join()} → ${total}`,
    ),
  )

test('no metric is copied twice, also where edge, api and reader share a Region', () => {
  const shared = { ...testWatched(), apiRegions: ['us-east-1', 'eu-west-1'] as const, extra }
  for (const watched of [testWatched(), shared]) {
    const all = metricsOf(sourcesOf(watched))
    expect(new Set(all).size).toBe(all.length)
  }
})

test('unknown outcomes are read in every Region of edge and api, in those of the api also if the edge never ran there', () => {
  const apiRegions = ['ca-central-1', 'sa-east-1'] as const
  const sources = sourcesOf({ ...testWatched(), apiRegions })
  const unknown = sources.filter(({ copied }) => copied.some(({ name }) => name === 'OutcomeUnknown'))
  expect(unknown.map(({ region, onlyIfActive }) => [region, onlyIfActive])).toEqual([
    ['us-east-1', undefined],
    ['eu-west-1', 'us-east-1.once-edge-0a1b2c3d'],
    ['ca-central-1', undefined],
    ['sa-east-1', undefined],
  ])
})

test('throttles and errors of the edge are read under the name that the Region gives it', () => {
  const names = metricsOf(sourcesOf(testWatched())).filter(line => line.includes(' Throttles '))
  expect(names).toEqual([
    'us-east-1 AWS/Lambda Throttles once-edge-0a1b2c3d → EdgeThrottles',
    'us-east-1 AWS/Lambda Throttles us-east-1.once-edge-0a1b2c3d → EdgeThrottles',
    'eu-west-1 AWS/Lambda Throttles us-east-1.once-edge-0a1b2c3d → EdgeThrottles',
    'sa-east-1 AWS/Lambda Throttles us-east-1.once-edge-0a1b2c3d → EdgeThrottles',
  ])
})

test('with all alarms every total has a source, otherwise those of the ten', () => {
  const totalsIn = (sources: readonly Source[]) =>
    new Set(sources.flatMap(({ copied }) => copied.map(each => each.total)))
  const fileEnds = { queue: 'once-file-ends-failed', region: 'us-east-1' } as const
  expect(totalsIn(sourcesOf({ ...testWatched(), fileEnds, extra }))).toEqual(new Set(totalNames))
  expect([...totalsIn(sourcesOf(testWatched()))].toSorted()).toEqual(
    totalNames
      .filter(name => !['EventsFailing', 'TableThrottles', 'ApiThrottles', 'FileEndsFailing'].includes(name))
      .toSorted(),
  )
})

test('errors of the token API count beside those of the api for IAM', () => {
  const lines = metricsOf(sourcesOf({ ...testWatched(), apiNames: ['once', 'once-tokens'] }))
  expect(lines.filter(line => line.includes('ApiErrors'))).toEqual([
    'us-east-2 AWS/ApiGateway 5XXError once → ApiErrors',
    'us-east-2 AWS/ApiGateway 5XXError once-tokens → ApiErrors',
  ])
})
