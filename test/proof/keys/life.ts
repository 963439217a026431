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

/**
 * Simulates one deployment from its first keys on, which rotate so many times. Meanwhile edges sign and apis mint, viewers use
 * their URLs and links until they expire, and everything that may fail does. Same seed, same result.
 */
export async function live(subject: Subject, seed: number, rotations: number): Promise<World> {
  const world = newWorld(subject, seed)
  const end = simulate(world, rotations)
  await world.time.run()
  await end
  return world
}

/** The first seed, new for each run, so that every run tests other cases. A failure prints its own, to repeat the run. */
const firstSeed = Date.now() % 2 ** 30

/** Runs simulations, each with the next seed, until one breaks a promise or there are enough. */
export async function livesOf(
  subject: Subject,
  rotations: number,
  enough: (lives: readonly World[]) => boolean,
): Promise<World[]> {
  const lives: World[] = []
  while (!enough(lives)) {
    const life = await live(subject, firstSeed + lives.length, rotations)
    lives.push(life)
    if (life.violations.length > 0) return lives
  }
  return lives
}

/** Returns the seed of a broken promise and the last events before it; nothing if none was broken. */
export function explain(lives: readonly World[], events: number): string {
  const last = lives.at(-1)
  if (last === undefined || last.violations.length === 0) return ''
  return [`seed ${firstSeed + lives.length - 1}`, ...last.history.slice(-events)].join('\n')
}

async function simulate(world: World, rotations: number): Promise<void> {
  const { time, dice } = world
  await deploy(world)
  const background = [work(world), retireDaily(world), deployNowAndThen(world), breakThings(world)]
  for (let count = 0; count < rotations && !world.hasEnded; count += 1) {
    await time.pause(dice.between(minute, dice.pick([3 * hour, 3 * hour, day, 3 * day, 10 * day, 20 * day])))
    if (dice.chance(0.02)) await restore(world)
    await rotateOnce(world)
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
