import { describe, expect, test } from 'vitest'
import { costOf } from '../../../infra/app/cost/cost.ts'
import { costText, inDollars, sumOf } from '../../../infra/app/cost/report.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { readerRegionsOf } from '../../../infra/placement/placement.ts'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'
import { apiFunctions } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf } from '../../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import { sourcesOf } from '../../../jobs/totals/sources.ts'

const alone = { linksPerRequest: 1 } as const
const inBatches = { linksPerRequest: 100 } as const
const linesOf = (settings: object, workload: Parameters<typeof costOf>[1] = alone) =>
  costOf(parseSettings(settings), workload)
const sumsOf = (settings: object, workload?: Parameters<typeof costOf>[1]) => sumOf(linesOf(settings, workload))
const lineOf = (settings: object, what: string) =>
  linesOf(settings).find(line => line.what === what) ?? { what, idle: 0, inUse: 0, million: 0 }

const aclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/name/id'
const strong = { ...standard, mode: 'strong', witnessRegion: 'us-west-2' }

describe('a deployment costs at most', () => {
  test.each<[string, object, { idle: number; million: number; inBatches?: number }]>([
    ['starter', starter, { idle: 3, million: 9 }],
    ['standard', standard, { idle: 5, million: 10.5, inBatches: 7 }],
    ['standard in mode strong', strong, { idle: 5, million: 10.5, inBatches: 7 }],
  ])('%s', (_, settings, goal) => {
    const { idle, million } = sumsOf(settings)
    expect(idle).toBeLessThanOrEqual(goal.idle)
    expect(million).toBeLessThanOrEqual(goal.million)
    expect(sumsOf(settings, inBatches).million).toBeLessThanOrEqual(goal.inBatches ?? goal.million)
  })
})

describe('what is off costs nothing, and what is on costs what it says', () => {
  test.each<[string, object, { what: string; idle?: number; million?: number }]>([
    ['a firewall', { firewall: 'own' }, { what: 'firewall', idle: 6, million: 1.2 }],
    ['the firewall of another', { firewall: aclArn }, { what: 'firewall', million: 1.2 }],
    ['keys of yours', { encryption: 'customer' }, { what: 'KMS keys that encrypt', idle: 2 }],
    ['a private network', { network: 'private' }, { what: 'interface endpoints', idle: 29.2, million: 0.03 }],
  ])('%s', (_, setting, { what, idle = 0, million = 0 }) => {
    expect(lineOf(standard, what)).toMatchObject({ idle: 0, million: 0 })
    const line = lineOf({ ...standard, ...setting }, what)
    expect(line.idle).toBeCloseTo(idle)
    expect(line.million).toBeCloseTo(million)
  })

  test('with a plan, requests and bytes of CloudFront are in it', () => {
    for (const what of ['CloudFront requests', 'bytes of redirects', 'gate', 'firewall'])
      expect(lineOf({ ...standard, plan: 'pro' }, what).million, what).toBe(0)
  })
})

test.each([
  ['starter', starter],
  ['standard', standard],
  ['regulated', regulated],
  ['standard in mode strong', strong],
  ['standard with logins by token', { ...standard, auth: { issuer: 'https://login.example.com', audience: 'links' } }],
])('the function of totals reads as many metrics as the bill of %s says', (_, profile) => {
  const settings = parseSettings(profile)
  const names = { edgeFunction: 'e', edgeLogs: 'l', deployment: 'once', retentionDays: 90 }
  const apiNames = settings.auth === undefined ? ['once'] : ['once', 'once-tokens']
  const tableRegions = settings.homeRegions
  const extra = { apiFunctions, eventsQueue: 'q', linksTable: 't', tableRegions }
  const sources = sourcesOf({
    ...names,
    apiNames,
    edgeRegions: lambdaEdgeRegions,
    readerRegions: readerRegionsOf(settings),
    apiRegions: apiRegionsOf(settings),
    ...(settings.alarms === 'all' && { extra }),
  })
  const always = sources.filter(({ onlyIfActive }) => onlyIfActive === undefined)
  const ifActive = sources.filter(({ onlyIfActive }) => onlyIfActive !== undefined)
  const metricsIn = (list: typeof sources) => list.flatMap(({ copied }) => copied).length
  const perUnit = (runs: number) => runs * 4 * 24 * 30 * 0.00001
  const { idle, inUse } = lineOf(profile, 'function that watches all Regions')
  expect(inUse).toBeCloseTo(perUnit(metricsIn(ifActive)))
  expect(idle).toBeCloseTo(perUnit(metricsIn(always) + ifActive.length), 2)
})

describe('the text of a bill', () => {
  test.each([
    ['starter', starter],
    ['regulated', regulated],
  ])('has each line of %s, and its sums', (_, profile) => {
    const settings = parseSettings(profile)
    const text = costText(settings)
    const lines = costOf(settings, alone)
    for (const { what } of lines) expect(text).toContain(`\n${what} `)
    const { idle, inUse, million } = sumOf(lines)
    const [sum = ''] = /^sum.*$/m.exec(text) ?? []
    expect(sum.split(/\s+/)).toEqual(['sum', ...[idle, inUse, million].map(inDollars)])
    expect(text).toContain(`in batches of 100 ${inDollars(sumOf(costOf(settings, inBatches)).million)}`)
  })

  test.each([
    [undefined, "bytes of files, 850.00 for a million of 10 MB; with plan: 'pro', in its 15.00 a month up to 50 TB"],
    ['free', 'in the price of the plan up to 0.1 TB a month'],
    ['business', 'in the price of the plan up to 50 TB a month'],
  ])('says what bytes of files cost: with plan %s', (plan, expected) => {
    expect(costText(parseSettings({ ...standard, plan }))).toContain(expected)
  })
})
