import { describe, expect, test } from 'vitest'
import { regions } from '../../../shared/regions.ts'
import { byDistance, routeFrom } from '../../../shared/table/route.ts'
import { testDeployment } from '../../support/edge/deployment.ts'

describe('by distance', () => {
  test.each(regions)('%s is nearest to itself, and no Region is lost', here => {
    const all = byDistance(regions, here)
    expect(all[0]).toBe(here)
    expect(all.toSorted()).toEqual(regions.toSorted())
  })

  test.each([
    ['us-east-1', 'us-east-2'],
    ['eu-west-1', 'eu-west-2'],
    ['ap-southeast-2', 'ap-southeast-1'],
  ] as const)('the nearest other Region to %s is %s', (here, other) => {
    expect(byDistance(regions, here)[1]).toBe(other)
  })

  test('the way across the date line counts', () => {
    expect(byDistance(['eu-central-1', 'us-west-2'], 'ap-northeast-1')).toEqual(['us-west-2', 'eu-central-1'])
  })

  test.each([undefined, '', 'mars-1', 'af-south-1'])(
    'from %s, which is not a known Region, all stay in their order',
    here => {
      expect(byDistance(['sa-east-1', 'eu-west-1'], here)).toEqual(['sa-east-1', 'eu-west-1'])
    },
  )
})

describe('a link is consumed', () => {
  const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const strong = testDeployment({ mode: 'strong', homeRegions })

  test.each([...regions, undefined, 'mars-1'])('in mode home, from %s, only in its home Region', here => {
    const route = routeFrom(here, testDeployment({ homeRegions }))
    for (const home of regions) expect(route(home)).toEqual([home])
  })

  test('in mode strong at the nearest replica first, whatever its home Region, then at the others', () => {
    const route = routeFrom('eu-central-1', strong)
    for (const home of homeRegions) expect(route(home)).toEqual(['eu-west-1', 'us-east-1', 'ap-northeast-1'])
  })

  test.each([...regions, undefined, 'mars-1'])('in mode strong, from %s, at every replica once', here => {
    expect(routeFrom(here, strong)('us-east-1').toSorted()).toEqual(homeRegions.toSorted())
  })

  test('in mode strong from an unknown Region in the order of the deployment', () => {
    expect(routeFrom('mars-1', strong)('eu-west-1')).toEqual(homeRegions)
  })

  test('in mode strong first at the configured replica, then by distance', () => {
    const chosen = testDeployment({ mode: 'strong', homeRegions, nearestReplica: { 'eu-central-1': 'ap-northeast-1' } })
    expect(routeFrom('eu-central-1', chosen)('us-east-1')).toEqual(['ap-northeast-1', 'eu-west-1', 'us-east-1'])
    expect(routeFrom('eu-west-2', chosen)('us-east-1')).toEqual(['eu-west-1', 'us-east-1', 'ap-northeast-1'])
  })
})
