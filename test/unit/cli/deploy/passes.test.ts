import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { passesTo } from '../../../../cli/deployment/deploy/passes.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'
import type { Region } from '../../../../shared/regions.ts'

const settingsFor = (homeRegions: readonly Region[]) => parseSettings({ homeRegions })

describe('the passes of a deployment', () => {
  test.each([[[]], [['us-east-1', 'us-east-2']]] as const)(
    'with the replicas %j, its home Regions take one pass',
    replicas => {
      const wanted = parseSettings({ homeRegions: ['us-east-1', 'us-east-2'], leavingRegions: ['us-east-2'] })
      const { homeRegions, leavingRegions } = wanted
      expect(passesTo(wanted, { replicas })).toEqual([
        { purpose: 'deploy', overrides: { homeRegions, leavingRegions } },
      ])
    },
  )

  test('a home Region that goes gets no new links before', () => {
    expect(passesTo(settingsFor(['us-east-1']), { replicas: ['us-east-1', 'us-east-2'] })).toEqual([
      {
        purpose: 'everything but the replicas of the table',
        overrides: { homeRegions: ['us-east-1', 'us-east-2'], leavingRegions: ['us-east-2'] },
      },
      {
        purpose: 'remove the replica in us-east-2',
        overrides: { homeRegions: ['us-east-1'], leavingRegions: [] },
      },
    ])
  })

  test('from any home Regions to any others, no pass adds or removes more than one', () => {
    const others: readonly Region[] = ['us-east-2', 'us-west-2', 'eu-west-1', 'eu-central-1']
    const homes = fc.subarray([...others]).map(more => settingsFor(['us-east-1', ...more]))
    fc.assert(
      fc.property(homes, homes, (before, after) => {
        let replicas: readonly Region[] = before.homeRegions
        for (const { overrides } of passesTo(after, { replicas })) {
          const { homeRegions } = overrides
          const added = homeRegions.filter(region => !replicas.includes(region))
          const removed = replicas.filter(region => !homeRegions.includes(region))
          expect(added.length + removed.length).toBeLessThanOrEqual(1)
          expect(homeRegions[0]).toBe('us-east-1')
          replicas = homeRegions
        }
        expect(replicas).toEqual(after.homeRegions)
      }),
    )
  })
})
