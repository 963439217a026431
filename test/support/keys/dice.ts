import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Source of random choices: the same for the same seed. */
export interface Dice {
  /** Returns a whole number from `min` to `max`. */
  between(min: number, max: number): number
  /** Returns true with probability `share`. */
  chance(share: number): boolean
  pick<T>(options: readonly T[]): T
  bytes(length: number): Uint8Array
}

/** Creates dice whose results depend on `seed` alone. */
export function diceOf(seed: number): Dice {
  const generator = xoroshiro128plus(seed)
  const between = (min: number, max: number) => uniformInt(generator, Math.ceil(min), Math.floor(max))
  return {
    between,
    chance: share => between(0, 999_999) < share * 1_000_000,
    pick: options => options[between(0, options.length - 1)] as (typeof options)[number],
    bytes: length => Uint8Array.from({ length }, () => between(0, 255)),
  }
}
