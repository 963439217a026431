import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeployedState } from '../../../../cli/deployment/deploy/deployed.ts'
import { passesTo } from '../../../../cli/deployment/deploy/passes.ts'
import { fixedSettingsOf } from '../../../../infra/settings/fixed-settings.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'
import { apiRegionsOf, type Settings } from '../../../../infra/settings/settings.ts'
import type { Region } from '../../../../shared/regions.ts'

const settingsFor = (homeRegions: readonly string[], more: object = {}) => parseSettings({ homeRegions, ...more })

type Known = Pick<DeployedState, 'settings' | 'complete' | 'replicas'>

const nothing: Known = { settings: undefined, complete: new Set(), replicas: [] }

/** What is known of a deployment that is complete. */
function deployed(settings: Settings): Known {
  const stacks = [...settings.homeRegions, ...apiRegionsOf(settings), 'us-east-1'].map(region => `once-${region}`)
  return { settings: fixedSettingsOf(settings), complete: new Set(stacks), replicas: settings.homeRegions }
}

const one = settingsFor(['us-east-1'])
const two = settingsFor(['us-east-1', 'us-east-2'])

describe('the passes of a deployment', () => {
  test('a first one that stopped half-way still protects nothing, though its table exists', () => {
    const stopped = { settings: undefined, complete: new Set<string>(), replicas: ['us-east-1'] as const }
    expect(passesTo(one, stopped).map(({ overrides }) => overrides.unprotectedRegions)).toEqual([['us-east-1'], []])
  })

  test('without deletion protection there is no pass for it', () => {
    expect(passesTo(settingsFor(['us-east-1'], { deletionProtection: false }), nothing)).toHaveLength(1)
  })

  test('a home Region that goes loses its protection first, and gets no new links meanwhile', () => {
    expect(passesTo(one, deployed(two))).toMatchObject([
      {
        overrides: {
          homeRegions: ['us-east-1', 'us-east-2'],
          leavingRegions: ['us-east-2'],
          unprotectedRegions: ['us-east-2'],
        },
      },
      {
        purpose: 'remove the replica in us-east-2',
        overrides: { homeRegions: ['us-east-1'], leavingRegions: [], unprotectedRegions: [] },
      },
      { purpose: 'protect what now exists' },
    ])
  })

  test('the state of a new api is unprotected until it exists', () => {
    const wanted = settingsFor(['us-east-1', 'us-east-2'], { apiRegions: ['us-east-1', 'us-east-2'] })
    expect(passesTo(wanted, deployed(two)).map(({ overrides }) => overrides.unprotectedRegions)).toEqual([
      ['us-east-2'],
      [],
    ])
  })

  test('from any home Regions to any others, no pass adds or removes more than one, and none protects what is not there', () => {
    const others: readonly Region[] = ['us-east-2', 'us-west-2', 'eu-west-1', 'eu-central-1']
    const homes = fc.subarray([...others]).map(more => settingsFor(['us-east-1', ...more]))
    fc.assert(
      fc.property(homes, homes, (before, after) => {
        let replicas: readonly Region[] = before.homeRegions
        for (const { overrides } of passesTo(after, deployed(before))) {
          const { homeRegions, unprotectedRegions } = overrides
          const added = homeRegions.filter(region => !replicas.includes(region))
          const removed = replicas.filter(region => !homeRegions.includes(region))
          expect(added.length + removed.length).toBeLessThanOrEqual(1)
          expect(homeRegions[0]).toBe('us-east-1')
          expect(unprotectedRegions).toEqual(expect.arrayContaining([...added]))
          replicas = homeRegions
        }
        expect(replicas).toEqual(after.homeRegions)
      }),
    )
  })
})
