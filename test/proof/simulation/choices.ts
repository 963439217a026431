import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/**
 * Source of a schedule's chance. Every choice is a number below `count`, and 0 is always the uneventful one: no fault,
 * no delay. The list of choices made is the schedule: replayed, it gives the same events; a shorter list, or one with
 * more zeros, is simpler.
 */
export interface Choices {
  /** Returns a number from 0 up to, not including, `count`. */
  choose(count: number): number
  /** Returns true about once in `oneIn` times. */
  rarely(oneIn: number): boolean
  /** Returns one of `options`, of which the first is the uneventful one. */
  pick<T>(options: readonly T[]): T
  /** Returns a whole number from `min` to `max`. */
  between(min: number, max: number): number
  /** Returns true with probability `share`. */
  chance(share: number): boolean
  bytes(length: number): Uint8Array
  /** The choices so far. */
  readonly made: readonly number[]
}

/** Makes random choices, the same for the same `seed`. */
export function seeded(seed: number): Choices {
  const generator = xoroshiro128plus(seed)
  return choicesBy(count => uniformInt(generator, 0, count - 1))
}

/** Makes the choices of a known schedule; after its end every choice is 0. */
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
    between: (min, max) => Math.ceil(min) + choose(Math.floor(max) - Math.ceil(min) + 1),
    chance: share => choose(1_000_000) < share * 1_000_000,
    bytes: length => Uint8Array.from({ length }, () => choose(256)),
    made,
  }
}
