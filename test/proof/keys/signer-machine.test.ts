import { describe, expect, test } from 'vitest'
import { live } from './life.ts'
import { signerRemovals } from './signer-removals.ts'
import { turn } from './signer-turn.ts'
import { type Subject, subjectWith } from './subject.ts'
import type { World } from './world.ts'

/** A new seed for each run, so that every run tests other cases. A failure prints it, to repeat the run. */
const seed = Date.now() % 2 ** 30

/** Changes of the signer, or rotations, of each simulation. */
const turns = 4

async function livesOf(subject: Subject, count: number): Promise<World[]> {
  const lives: World[] = []
  while (lives.length < count) {
    const life = await live(subject, seed + lives.length, { count: turns, take: turn })
    lives.push(life)
    if (life.violations.length > 0) return lives
  }
  return lives
}

/** Returns the seed of a broken promise and the events before it. */
const explain = (lives: readonly World[]) => {
  const last = lives.at(-1)
  return last?.violations.length ? [`seed ${seed + lives.length - 1}`, ...last.history.slice(-50)].join('\n') : ''
}

test('however the signer changes, no link is lost or opened twice, and no capability ends early', async () => {
  const lives = await livesOf(await subjectWith(), 100)
  expect(explain(lives)).toBe('')
  const sum = (of: (world: World) => number) => lives.reduce((total, world) => total + of(world), 0)
  const figures = {
    changes: sum(({ signer }) => signer.changes),
    rotations: sum(({ counts }) => counts.rotations),
    failedRotations: sum(({ counts }) => counts.failedRotations),
    withReceipt: sum(({ redemptions }) => redemptions.issued.withReceipt),
    withoutReceipt: sum(({ redemptions }) => redemptions.issued.withoutReceipt),
    redeemed: sum(({ redemptions }) => redemptions.redeemed),
    byFormerKey: sum(({ redemptions }) => redemptions.byFormerKey),
    repeated: sum(({ redemptions }) => redemptions.repeated),
    refusedToOthers: sum(({ redemptions }) => redemptions.refusedToOthers),
    unavailable: sum(({ redemptions }) => redemptions.unavailable),
    fetches: sum(({ counts }) => counts.fetches),
    rollbacks: sum(({ counts }) => counts.rollbacks),
    invalidations: sum(({ counts }) => counts.restores),
    removedKeys: sum(({ counts }) => counts.removedKeys),
  }
  console.log(JSON.stringify(figures))
  // The test is only valid if everything that may happen did, and often.
  const least = {
    changes: 150,
    rotations: 200,
    failedRotations: 50,
    withReceipt: 5000,
    withoutReceipt: 2000,
    redeemed: 10_000,
    byFormerKey: 80,
    repeated: 5000,
    refusedToOthers: 10_000,
    unavailable: 500,
    fetches: 100_000,
    rollbacks: 3,
    invalidations: 10,
    removedKeys: 100,
  }
  for (const [kind, count] of Object.entries(least)) {
    expect(figures[kind as keyof typeof figures], kind).toBeGreaterThanOrEqual(count)
  }
}, 900_000)

describe('broken on purpose, the simulations notice that', () => {
  test.each(Object.entries(signerRemovals))(
    '%s',
    async (name, patches) => {
      const lives = await livesOf(await subjectWith(name, patches), 300)
      console.log(`after ${lives.length} simulations: ${lives.at(-1)?.violations.join()}`)
      expect(lives.at(-1)?.violations.length).toBeGreaterThan(0)
    },
    900_000,
  )
})
