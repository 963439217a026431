import { describe, expect, test } from 'vitest'
import { explain, live, livesOf } from './life.ts'
import { removals } from './removals.ts'
import { subjectWith } from './subject.ts'
import type { Tally, World } from './world.ts'

/** Rotations that each simulation attempts. Some are meant to fail. */
const rotations = 20

const sumOf = (lives: readonly World[], kind: keyof Tally) => lives.reduce((sum, { counts }) => sum + counts[kind], 0)

/** Rotations of the whole code; `PROOF=all` plays twice as many. */
const whole = process.env['PROOF'] === 'all' ? 1000 : 500

test(`in ${whole} rotations the key of an issued URL is never missing, and no nonce of ours is refused as forged`, async () => {
  const lives = await livesOf(await subjectWith(), rotations, all => sumOf(all, 'rotations') >= whole)
  expect(explain(lives, 30)).toBe('')
  expect(sumOf(lives, 'rotations')).toBeGreaterThanOrEqual(whole)
  // The test is only valid if everything that may happen did, and often: in a thousand rotations so many times.
  const least = [
    ['deaths', 300],
    ['failures', 150],
    ['lostResponses', 150],
    ['failedRotations', 50],
    ['rollbacks', 30],
    ['restores', 30],
    ['removedKeys', 500],
    ['macSwitches', 100],
    ['fetches', 200_000],
    ['verifications', 100_000],
    ['withoutKeys', 500],
  ] as const
  for (const [kind, count] of least) expect(sumOf(lives, kind), kind).toBeGreaterThan((count * whole) / 1000)
}, 600_000)

test('a simulation with the same seed is the same each time', async () => {
  const subject = await subjectWith()
  const [one, other] = [await live(subject, 17, 5), await live(subject, 17, 5)]
  expect(one.counts).toEqual(other.counts)
  expect(one.history).toEqual(other.history)
})

describe('broken on purpose, the simulations notice that', () => {
  test.each(Object.entries(removals))(
    '%s',
    async (name, patches) => {
      const subject = await subjectWith(name, patches)
      // The rarest shows in about one of twenty-five simulations.
      const lives = await livesOf(subject, rotations, all => all.length >= 400)
      console.log(`after ${lives.length} simulations: ${lives.at(-1)?.violations.join()}`)
      expect(lives.at(-1)?.violations.length).toBeGreaterThan(0)
    },
    600_000,
  )
})
