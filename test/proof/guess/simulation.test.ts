import { describe, expect, test } from 'vitest'
import { replayed, seeded } from '../simulation/choices.ts'
import { faults, formatEvent } from '../simulation/history.ts'
import { shrink } from '../simulation/shrink.ts'
import { type GuessProduct, productWithout } from './product.ts'
import { type GuessPromise, promises } from './promises.ts'
import { removals } from './removals.ts'
import { playGuesses } from './simulation.ts'
import { judgeGuesses } from './verdict.ts'

/** Another seed each time. A failure prints its schedule, shortened. */
const seed = Date.now() % 2 ** 31
/** `PROOF=all` plays more of the same. */
const schedules = process.env['PROOF'] === 'all' ? 200_000 : 8000

interface Tally {
  readonly outcomes: Record<string, number>
  readonly faults: Record<string, number>
  readonly kinds: Record<string, number>
  failure?: { readonly promise: GuessPromise; readonly schedule: readonly number[] }
}

/** Plays schedules until one breaks a promise, or the one that is searched for. */
async function simulate(product: GuessProduct, count: number, until?: GuessPromise): Promise<Tally> {
  const tally: Tally = { outcomes: {}, faults: {}, kinds: {} }
  const note = (counts: Record<string, number>, name: string) => (counts[name] = (counts[name] ?? 0) + 1)
  for (let index = 0; index < count; index += 1) {
    const choices = seeded((Math.imul(seed, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) | 0)
    const history = await playGuesses(choices, product)
    const { scenario, requests, events } = history
    note(tally.kinds, `${scenario.mode}, ${scenario.receipt ? 'receipt' : 'delete'}`)
    for (const { answer } of requests) note(tally.outcomes, answer?.outcome ?? 'no answer')
    for (const each of events) if (each.kind === 'fault') note(tally.faults, each.fault)
    const promise = judgeGuesses(history).find(each => each === (until ?? each))
    if (promise !== undefined) return { ...tally, failure: { promise, schedule: [...choices.made] } }
  }
  return tally
}

/** Finds a shortest schedule that breaks the same promise, and returns what happens in it. */
async function explain({ promise, schedule }: NonNullable<Tally['failure']>, product: GuessProduct): Promise<string> {
  const fails = async (list: readonly number[]) =>
    judgeGuesses(await playGuesses(replayed(list), product)).includes(promise)
  const shortest = await shrink(schedule, fails)
  const { scenario, events, requests } = await playGuesses(replayed(shortest), product)
  return [
    `broken: ${promises[promise]} ${JSON.stringify(scenario)}`,
    ...events.map(event => formatEvent(event)),
    ...requests.map(
      ({ number, identity, guess, answer }) => `request ${number} of ${identity}, ${guess}: ${answer?.outcome}`,
    ),
  ].join('\n  ')
}

test(`${schedules} schedules full of faults break no promise of a guess`, { timeout: 900_000 }, async () => {
  const product = await productWithout()
  const { failure, outcomes, faults: met, kinds } = await simulate(product, schedules)
  expect(failure && (await explain(failure, product))).toBeUndefined()
  console.log(schedules, outcomes, met, kinds)
  // The result is meaningful only if every kind of schedule, fault and outcome occurred often.
  for (const mode of ['home', 'strong'])
    for (const kind of ['delete', 'receipt']) expect(kinds[`${mode}, ${kind}`]).toBeGreaterThan(schedules / 5)
  for (const fault of faults.filter(each => each !== 'redirect lost'))
    expect(met[fault], fault).toBeGreaterThan(schedules / 50)
  for (const outcome of [
    'granted',
    'wrong-passphrase',
    'passphrase-required',
    'locked',
    'spent',
    'unavailable',
    'outcome-unknown',
    'expired',
    'revoked',
  ])
    expect(outcomes[outcome], outcome).toBeGreaterThan(schedules / 100)
})

describe('without a guard, the simulation finds a broken promise', () => {
  test.each(removals.map(({ name, without, breaks }) => [name, without, breaks] as const))(
    '%s: %s',
    { timeout: 300_000 },
    async (name, _, breaks) => {
      const product = await productWithout(name)
      const { failure } = await simulate(product, 20_000, breaks)
      expect(failure).toBeDefined()
      console.log(`${name}: ${await explain(failure!, product)}`)
    },
  )
})

test('a schedule has the same events for the same choices', async () => {
  const product = await productWithout()
  const choices = seeded(17)
  const play = async (by: typeof choices) => {
    const { events } = await playGuesses(by, product)
    return events.map(each => ('id' in each ? { ...each, id: '' } : each))
  }
  const events = await play(choices)
  expect(events.length).toBeGreaterThan(3)
  expect(await play(seeded(17))).toEqual(events)
  expect(await play(replayed(choices.made))).toEqual(events)
})
