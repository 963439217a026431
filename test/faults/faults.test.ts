import { describe, expect, test } from 'vitest'
import { faultProxy, fates } from '../support/fault-proxy.ts'
import { onDynamodbLocal } from '../support/on-stores.ts'
import { settingOn, type Setting, type Trial, tryOnce, type Variant } from './trial.ts'

const runs = 1000
/** Trials under way at the same time. */
const atOnce = 100
const variants: readonly Variant[] = [
  { mode: 'home', receipt: false },
  { mode: 'home', receipt: true },
  { mode: 'strong', receipt: false },
  { mode: 'strong', receipt: true },
]

/** Every variant in turn. */
async function manyTrials(setting: Setting, prepare: (id: string) => void): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  let started = 0
  async function takeTurns(): Promise<void> {
    while (started < runs) {
      const variant = variants[(started += 1) % variants.length]!
      trials.push(await tryOnce(setting, variant, prepare))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, takeTurns))
  return trials
}

const honest = new Set(['granted', 'spent', 'outcome-unknown', 'unavailable'])

function expectPromises(trials: readonly Trial[]): void {
  expect(trials.length).toBe(runs)
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
      const proxy = await faultProxy(endpoint)
      const setting = await settingOn(endpoint, proxy.endpoint)
      const trials = await manyTrials(setting, id => proxy.plan(id, [fate]))
      expectPromises(trials)
      const lockOuts = trials.filter(({ capabilities }) => capabilities.length === 0).length
      console.log(`${fate}: ${lockOuts} links lost, all of them deleted ones`)
    })
  })
})
