import { describe, expect, test } from 'vitest'
import { explain, livesOf } from './life.ts'
import { signerRemovals } from './signer-removals.ts'
import { turn } from './signer-turn.ts'
import { subjectWith } from './subject.ts'
import type { World } from './world.ts'

/** Changes of the signer, or rotations, of each simulation. */
const turns = { count: 4, take: turn }

/** Simulations of the whole code; `PROOF=all` plays twice as many. */
const whole = process.env['PROOF'] === 'all' ? 100 : 50

test('however the signer changes, no link is lost or opened twice, and no capability ends early', async () => {
  const lives = await livesOf(await subjectWith(), turns, all => all.length >= whole)
  expect(explain(lives, 50)).toBe('')
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
  // The test is only valid if everything that may happen did, and often: in a hundred simulations so many times.
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
    expect(figures[kind as keyof typeof figures], kind).toBeGreaterThanOrEqual(Math.floor((count * whole) / 100))
  }
}, 900_000)

describe('broken on purpose, the simulations notice that', () => {
  test.each(Object.entries(signerRemovals))(
    '%s',
    async (name, patches) => {
      const lives = await livesOf(await subjectWith(name, patches), turns, all => all.length >= 300)
      console.log(`after ${lives.length} simulations: ${lives.at(-1)?.violations.join()}`)
      expect(lives.at(-1)?.violations.length).toBeGreaterThan(0)
    },
    900_000,
  )
})
