import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRetryBudget } from '../../../shared/redemption/retry-budget.ts'
import { type Campaign, push, worldwide } from '../../proof/campaign/arrivals.ts'
import { defaultLimits } from '../../proof/campaign/limits.ts'
import { carry, type Forecast } from '../../proof/campaign/model.ts'
import { defaultParameters, type Parameters } from '../../proof/campaign/parameters.ts'
import { documentedRules, type Rules } from '../../proof/campaign/rules.ts'

const short: Parameters = { ...defaultParameters, horizonSeconds: 900 }

/** A rush in two Regions that both Lambda and the table throttle, and that ends within the hour. */
const rush: Campaign = { ...push(2e5), regions: { 'eu-west-1': 0.7, 'us-east-1': 0.3 } }
const scarce: Parameters = {
  ...defaultParameters,
  horizonSeconds: 3600,
  tableWrites: 80,
  limits: { ...defaultLimits, lambdaConcurrency: 150 },
}
/** Parameters with which only Lambda throttles: 100 requests a second in each Region, so 50 people. */
const fewEnvironments: Parameters = {
  ...scarce,
  tableWrites: 4000,
  limits: { ...defaultLimits, lambdaConcurrency: 10 },
}

/**
 * Returns the largest number of people, at any second, who are in none of the states or in several; infinite if a state has
 * fewer than none.
 */
function imbalance({ balance }: Forecast): number {
  const { arrived, served, givenUp, waiting, repeating } = balance
  if ([served, givenUp, waiting, repeating].some(state => Math.min(...state) < -1e-6)) return Infinity
  const errors = arrived.map((all, t) => Math.abs(all - served[t]! - givenUp[t]! - waiting[t]! - repeating[t]!))
  return Math.max(...errors)
}

/** Returns the most writes that the table accepted in a second. */
const perSecond = ({ balance: { served } }: Forecast) => Math.max(...served.map((sum, t) => sum - (served[t - 1] ?? 0)))

/** Returns the most writes that were repeated in a second, once the retries that environments have at first are used. */
const atMostRepeated = ({ balance }: Forecast) => Math.max(...balance.repeating.slice(300))

const servedIn = ({ balance }: Forecast) => balance.served.at(-1) ?? 0

describe('the model', () => {
  const campaigns = fc.record({
    recipients: fc.integer({ min: 1000, max: 5_000_000 }),
    deliverySeconds: fc.integer({ min: 1, max: 600 }),
    robots: fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), withinSeconds: fc.constant(60) }),
    split: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  })
  const made = fc.record({
    lambdaConcurrency: fc.integer({ min: 10, max: 2000 }),
    lambdaScaling: fc.integer({ min: 10, max: 2000 }),
    edgeRequests: fc.integer({ min: 100, max: 20_000 }),
    tableWrites: fc.integer({ min: 50, max: 20_000 }),
    coldSeconds: fc.double({ min: 0.1, max: 3, noNaN: true }),
    invocationsPerOpening: fc.constantFrom(1 as const, 2 as const),
  })
  type Case = [campaign: Campaign, parameters: Parameters]
  const cases: fc.Arbitrary<Case> = fc.tuple(campaigns, made).map(([{ split, ...campaign }, { ...values }]) => {
    const { tableWrites, coldSeconds, invocationsPerOpening, ...limits } = values
    const regions = { 'eu-west-1': split, 'us-east-1': 1 - split }
    return [
      { ...push(1), ...campaign, regions },
      { ...short, tableWrites, coldSeconds, invocationsPerOpening, limits: { ...defaultLimits, ...limits } },
    ]
  })

  test('loses no person: who arrived is served, has given up, waits or has a write repeated, in each second', () => {
    fc.assert(
      fc.property(cases, ([campaign, parameters]) => {
        expect(imbalance(carry(campaign, parameters))).toBeLessThan(1e-3)
      }),
      { numRuns: 60 },
    )
  })

  test('serves never fewer with a higher limit', () => {
    const raised = fc.constantFrom('lambdaConcurrency', 'lambdaScaling', 'edgeRequests', 'tableWrites')
    fc.assert(
      fc.property(cases, raised, ([campaign, parameters], name) => {
        const more =
          name === 'tableWrites'
            ? { ...parameters, tableWrites: parameters.tableWrites * 2 }
            : { ...parameters, limits: { ...parameters.limits, [name]: parameters.limits[name] * 2 } }
        const [before, after] = [carry(campaign, parameters), carry(campaign, more)].map(servedIn)
        expect(after! - before!).toBeGreaterThan(-0.002 * campaign.recipients)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  test('the shares of the Regions of the world add up to 1', () => {
    expect(() => carry({ ...push(1e3), regions: worldwide }, { ...short, horizonSeconds: 1 })).not.toThrow()
    expect(() => carry({ ...push(1e3), regions: { 'eu-west-1': 0.9 } }, short)).toThrow('0.9')
  })

  test('keeps within the limits of table and Lambda, however many try again', () => {
    const forecast = carry(rush, scarce)
    expect(forecast.refusals.byLambda).toBeGreaterThan(50)
    expect(forecast.refusals.byStore).toBeGreaterThan(1000)
    expect(perSecond(forecast)).toBeLessThanOrEqual(80 + 1e-6)
    expect(forecast.environments).toBeLessThanOrEqual(150)
    expect(Math.max(...forecast.balance.repeating)).toBeLessThanOrEqual(2 * 150 + 1e-6)
    expect(atMostRepeated(forecast)).toBeLessThanOrEqual(0.1 * 80 + 1e-6)
  })
})

/** A rule without which the model is wrong, and how that shows. */
interface Break {
  readonly name: string
  readonly rules: Partial<Rules>
  readonly parameters: Parameters
  isNoticed(forecast: Forecast): boolean
}

const broken: readonly Break[] = [
  {
    name: 'more people come back than wait',
    rules: { comeBack: waiting => waiting * 2 },
    parameters: scarce,
    isNoticed: forecast => imbalance(forecast) > 1,
  },
  {
    name: 'people who wait never come back',
    rules: { comeBack: () => 0 },
    parameters: scarce,
    isNoticed: ({ balance }) => (balance.waiting.at(-1) ?? 0) > 2000,
  },
  {
    name: 'the limit of the table is ignored',
    rules: { write: offered => offered },
    parameters: scarce,
    isNoticed: forecast => perSecond(forecast) > 81,
  },
  {
    name: 'every throttled write is repeated',
    rules: { repeat: throttled => throttled },
    parameters: scarce,
    isNoticed: forecast => atMostRepeated(forecast) > 9,
  },
  {
    name: 'the table accepts more than is written',
    rules: { write: (_, limit) => limit },
    parameters: scarce,
    isNoticed: forecast => imbalance(forecast) > 1,
  },
  {
    name: 'the limit of Lambda is ignored',
    rules: { admit: ({ offered }) => offered },
    parameters: fewEnvironments,
    isNoticed: forecast => perSecond(forecast) > 101,
  },
]

test.each(broken)('these tests notice if $name', ({ rules, parameters, isNoticed }) => {
  expect(isNoticed(carry(rush, parameters, { ...documentedRules, ...rules }))).toBe(true)
  expect(isNoticed(carry(rush, parameters))).toBe(false)
})

describe('the table', () => {
  const steady: Parameters = { ...defaultParameters, tableWrites: 1000, horizonSeconds: 5400 }

  test('serves twice its peak when half an hour has passed', () => {
    const campaign = { ...push(1e8), deliverySeconds: 5400, regions: worldwide }
    const { balance } = carry(campaign, steady)
    const rate = (from: number) => (balance.served[from + 60]! - balance.served[from]!) / 60
    expect(rate(900)).toBeCloseTo(1000, 0)
    expect(rate(2000)).toBeCloseTo(2000, 0)
    expect(rate(4000)).toBeCloseTo(4000, 0)
  })

  test('serves 1,000 writes a second of links with one reference, whatever it was warmed for', () => {
    const forecast = carry(push(1e7), { ...short, sharedReference: true, tableWrites: 40_000 })
    expect(perSecond(forecast)).toBeCloseTo(1000, 6)
  })
})

test('an environment repeats as many throttled writes as the function does', () => {
  const { retries } = defaultParameters
  const budget = createRetryBudget()
  const spend = () => {
    let spent = 0
    while (budget.spend()) spent += 1
    return spent
  }
  expect(spend()).toBe(retries.atFirst)
  for (let writes = 0; writes < 20; writes += 1) budget.earn()
  expect(spend()).toBe(20 * retries.perWrite)
})
