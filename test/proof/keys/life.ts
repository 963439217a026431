import {
  breakThings,
  addTraffic,
  deploy,
  deployNowAndThen,
  restore,
  retireDaily,
  rollBack,
  rotate,
} from './operations.ts'
import type { Subject } from './subject.ts'
import { work } from './traffic.ts'
import { day, hour, minute, newWorld, type World } from './world.ts'

/** What a simulation does, one turn after the other at random times. */
export interface Turns {
  readonly count: number
  /** @default a rotation */
  readonly take?: (world: World) => Promise<void>
}

/**
 * Simulates one deployment from its first keys on. Meanwhile edges sign and apis mint, viewers use their URLs and links until they
 * expire, and everything that may fail does. Same seed, same result.
 */
export async function live(subject: Subject, seed: number, turns: Turns): Promise<World> {
  const world = newWorld(subject, seed)
  const end = simulate(world, turns)
  await world.time.run()
  await end
  return world
}

async function simulate(world: World, { count, take = rotateOnce }: Turns): Promise<void> {
  const { time, dice } = world
  await deploy(world)
  const background = [work(world), retireDaily(world), deployNowAndThen(world), breakThings(world)]
  for (let turn = 0; turn < count && !world.hasEnded; turn += 1) {
    await time.pause(dice.between(minute, dice.pick([3 * hour, 3 * hour, day, 3 * day, 10 * day, 20 * day])))
    if (dice.chance(0.02)) await restore(world)
    await take(world)
  }
  await time.pause(3 * day)
  world.hasEnded = true
  await Promise.all(background)
}

async function rotateOnce(world: World): Promise<void> {
  const { secret, dice } = world
  const before = secret.current()
  await rotate(world)
  if (secret.current() === before) return
  addTraffic(world)
  if (dice.chance(0.15)) await rollBack(world)
}
