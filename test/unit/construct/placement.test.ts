import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { customerKeyRegionsOf, firewallOf, stacksOf } from '../../../infra/placement/placement.ts'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'
import { apiRegionsOf } from '../../../infra/settings/settings.ts'
import { regions } from '../../../shared/regions.ts'

const names = physicalNames('once', '111122223333')
const stacksWith = (settings: object) => stacksOf(parseSettings(settings), names).map(({ name }) => name)

describe('a deployment has a stack in each Region that needs one, in the order of deployment', () => {
  test.each([
    ['starter', starter, ['once-us-east-1']],
    ['standard', standard, ['once-us-east-1', 'once-us-east-2']],
    ['standard, strong: a replica needs no stack', { ...standard, mode: 'strong' }, ['once-us-east-1']],
    ['regulated', regulated, ['once-keys-us-east-1', 'once-keys-us-east-2', 'once-us-east-1', 'once-us-east-2']],
    ['one home elsewhere', { homeRegions: ['eu-west-1'] }, ['once-us-east-1', 'once-eu-west-1']],
    [
      'us-east-1 second: its reader waits for the table',
      { homeRegions: ['eu-west-1', 'us-east-1'] },
      ['once-us-east-1', 'once-eu-west-1', 'once-events-us-east-1'],
    ],
    [
      'an api elsewhere',
      { ...starter, apiRegions: ['us-east-1', 'ap-south-1'] },
      ['once-us-east-1', 'once-ap-south-1'],
    ],
    ['a plan', { ...starter, plan: 'free' }, ['once-us-east-1', 'once-plan-us-east-1']],
    [
      'customer managed keys: where any data is',
      { homeRegions: ['eu-west-1'], apiRegions: ['ap-south-1'], encryption: 'customer' },
      [
        'once-keys-us-east-1',
        'once-keys-eu-west-1',
        'once-keys-ap-south-1',
        'once-us-east-1',
        'once-eu-west-1',
        'once-ap-south-1',
      ],
    ],
  ])('%s', (_, settings, expected) => {
    expect(stacksWith(settings)).toEqual(expected)
  })

  test('with any two home Regions there are three at most, and none where there is nothing', () => {
    for (const first of regions) {
      for (const second of regions.filter(region => region !== first)) {
        const settings = parseSettings({ homeRegions: [first, second] })
        const stacks = stacksOf(settings, names)
        expect(stacks.length, `${first}, ${second}`).toBeLessThanOrEqual(3)
        const used = new Set(['us-east-1', first, second, ...apiRegionsOf(settings)])
        expect(stacks.every(({ region }) => used.has(region))).toBe(true)
        expect(new Set(stacks.map(({ name }) => name)).size).toBe(stacks.length)
      }
    }
  })
})

test('keys of customers are only where a setting requires them, and us-east-1 is first', () => {
  expect(customerKeyRegionsOf(parseSettings(standard))).toEqual([])
  const customer = parseSettings({ homeRegions: ['eu-west-1'], encryption: 'customer' })
  expect(customerKeyRegionsOf(customer)).toEqual(['us-east-1', 'eu-west-1'])
})

test('the firewall is none, or that of the plan, unless the settings say otherwise', () => {
  expect(firewallOf(parseSettings(standard))).toBe('none')
  expect(firewallOf(parseSettings(regulated))).toBe('own')
  expect(firewallOf(parseSettings({ ...standard, plan: 'pro' }))).toBe('plan')
})
