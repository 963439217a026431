import { describe, expect, test } from 'vitest'
import { live } from './life.ts'
import { removals } from './removals.ts'
import { type Subject, subjectWith } from './subject.ts'
import type { Tally, World } from './world.ts'

/** Another one each time, so that every run looks elsewhere. A failure prints it, and it plays the same again. */
const seed = Date.now() % 2 ** 30

/** Rotations that each life tries; some fail, as some do. */
const rotationsTried = 20

/** Lives by seeds from `seed` on, until one breaks a promise or `enough` have been. */
async function livesOf(subject: Subject, enough: (lives: readonly World[]) => boolean): Promise<World[]> {
  const lives: World[] = []
  while (!enough(lives)) {
    const life = await live(subject, seed + lives.length, rotationsTried)
    lives.push(life)
    if (life.violations.length > 0) return lives
  }
  return lives
}

const sumOf = (lives: readonly World[], what: keyof Tally) => lives.reduce((sum, { counts }) => sum + counts[what], 0)

/** What broke, and what happened before. */
const storyOf = (lives: readonly World[]) => {
  const last = lives.at(-1)
  return last?.violations.length ? [`seed ${seed + lives.length - 1}`, ...last.story.slice(-30)].join('\n') : ''
}

test('in 1,000 rotations no issued URL’s key is ever missing, and no nonce is called forged', async () => {
  const lives = await livesOf(await subjectWith(), all => sumOf(all, 'rotations') >= 1000)
  expect(storyOf(lives)).toBe('')
  expect(sumOf(lives, 'rotations')).toBeGreaterThanOrEqual(1000)
  // It says something only if everything that may happen did, and often.
  const least = [
    ['deaths', 300],
    ['failures', 150],
    ['lostAnswers', 150],
    ['failedRotations', 50],
    ['rollbacks', 30],
    ['restores', 30],
    ['removedKeys', 500],
    ['macSwitches', 100],
    ['fetches', 200_000],
    ['verifications', 100_000],
    ['closed', 500],
  ] as const
  for (const [what, count] of least) expect(sumOf(lives, what), what).toBeGreaterThan(count)
}, 600_000)

test('a life is the same each time for the same seed', async () => {
  const subject = await subjectWith()
  const [one, other] = [await live(subject, 17, 5), await live(subject, 17, 5)]
  expect(one.counts).toEqual(other.counts)
  expect(one.story).toEqual(other.story)
})

describe('broken on purpose, the lives notice when', () => {
  test.each(Object.entries(removals))(
    '%s',
    async (name, patches) => {
      const subject = await subjectWith(name, patches)
      // The rarest is met in about one of twenty-five lives.
      const lives = await livesOf(subject, all => all.length >= 400)
      console.log(`after ${lives.length} lives: ${lives.at(-1)?.violations.join()}`)
      expect(lives.at(-1)?.violations.length).toBeGreaterThan(0)
    },
    600_000,
  )
})
