import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/**
 * Where a schedule's accidents come from. Every choice is a number below `count`, and 0 is always the dull one: no
 * fault, no delay. The list of choices made is the schedule: given again it plays the same, and a shorter one, or one
 * with more zeros, is a simpler one.
 */
export interface Choices {
  /** A number from 0 up to, not including, `count`. */
  choose(count: number): number
  /** True once in about `oneIn` times. */
  rarely(oneIn: number): boolean
  /** One of `options`, the dull one first. */
  pick<T>(options: readonly T[]): T
  /** What was chosen so far. */
  readonly made: readonly number[]
}

/** Choices that nobody has made before: the same for the same `seed`. */
export function seeded(seed: number): Choices {
  const generator = xoroshiro128plus(seed)
  return choicesBy(count => uniformInt(generator, 0, count - 1))
}

/** The choices of a known schedule; after its end everything is dull. */
export function replayed(schedule: readonly number[]): Choices {
  let at = 0
  return choicesBy(count => {
    const choice = schedule[at] ?? 0
    at += 1
    return choice % count
  })
}

function choicesBy(draw: (count: number) => number): Choices {
  const made: number[] = []
  function choose(count: number): number {
    const choice = draw(count)
    made.push(choice)
    return choice
  }
  return {
    choose,
    rarely: oneIn => choose(oneIn) === oneIn - 1,
    pick: options => options[choose(options.length)] as (typeof options)[number],
    made,
  }
}
