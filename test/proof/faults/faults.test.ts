import { describe, expect, test } from 'vitest'
import { type Fate, fates } from '../../support/fault-proxy.ts'
import { flickeringPort } from '../../support/flickering-port.ts'
import { onDynamodbLocal } from '../../support/on-stores.ts'
import { firstDisallowed } from '../model/trace.ts'
import { type Setting, settingOn, type Trial, tryOnce, type Variant } from './trial.ts'

const variants: readonly Variant[] = [
  { mode: 'home', receipt: false },
  { mode: 'home', receipt: true },
  { mode: 'strong', receipt: false },
  { mode: 'strong', receipt: true },
]

/** Plays `runs` trials, every variant in turn, `atOnce` of them at the same time. */
async function manyTrials(
  setting: Setting,
  { runs, atOnce }: { runs: number; atOnce: number },
  fatesOf: (run: number) => readonly Fate[],
): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  let started = 0
  async function takeTurns(): Promise<void> {
    while (started < runs) {
      const run = (started += 1)
      trials.push(await tryOnce(setting, variants[run % variants.length]!, fatesOf(run)))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, takeTurns))
  return trials
}

const honest = new Set(['granted', 'spent', 'outcome-unknown', 'unavailable'])

function expectPromises(trials: readonly Trial[]): void {
  const wrong = trials.filter(
    ({ receipt, answers, capabilities }) =>
      capabilities.length > 1 ||
      answers.some(answer => !honest.has(answer)) ||
      // With a receipt somebody always gets it; without, nobody does only when somebody was told that nobody knows.
      (capabilities.length === 0 && (receipt || !answers.includes('outcome-unknown'))),
  )
  expect(wrong).toEqual([])
  expect(Math.max(...trials.map(({ slowestMs }) => slowestMs))).toBeLessThan(4000)
}

onDynamodbLocal(endpoint => {
  describe('1,000 links, each opened by two clients while one write meets a fault', () => {
    test.each(fates)('%s: answered in time, one capability at most', { timeout: 300_000 }, async fate => {
      const setting = await settingOn(endpoint)
      const trials = await manyTrials(setting, { runs: 1000, atOnce: 50 }, () => [fate])
      expect(trials.length).toBe(1000)
      expectPromises(trials)
      const lost = trials.filter(({ capabilities }) => capabilities.length === 0)
      const slowest = Math.round(Math.max(...trials.map(({ slowestMs }) => slowestMs)))
      console.log(`${fate}: ${lost.length} of 500 deleted links lost, 0 of 500 with a receipt; slowest ${slowest} ms`)
    })
  })

  test('1,000 links while their Region goes away and comes back again and again', { timeout: 300_000 }, async () => {
    const setting = await settingOn(endpoint, { behind: flickeringPort })
    const trials = await manyTrials(setting, { runs: 1000, atOnce: 50 }, () => [])
    expectPromises(trials)
    const opened = trials.reduce((sum, { answers }) => sum + answers.length, 0)
    const perceived = trials.flatMap(({ trace }) => trace.events.filter(({ kind }) => kind === 'perceived'))
    // It says something only if many a write found nobody listening, or was cut off.
    expect(perceived.length - opened).toBeGreaterThan(300)
  })

  test(
    'the model allows all that happened in 640 trials with one or two faults each',
    {
      timeout: 300_000,
    },
    async () => {
      const setting = await settingOn(endpoint, { oneAtATime: true })
      const size = fates.length
      const pair = (run: number) => [fates[run % size]!, ...(run % 3 === 0 ? [fates[(run * 7) % size]!] : [])]
      const trials = await manyTrials(setting, { runs: 40 * size, atOnce: 40 }, pair)
      const disallowed = trials.flatMap(({ trace }) => {
        const found = firstDisallowed(trace)
        return found ? [{ ...found, trace }] : []
      })
      expect(disallowed).toEqual([])
      expect(trials.filter(({ capabilities }) => capabilities.length > 1)).toEqual([])
    },
  )
})
