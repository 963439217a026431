import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Source of a campaign's chance: the same seed gives the same campaign. */
export interface Chance {
  /** Returns a number from 0 up to, not including, 1. */
  unit(): number
  /** Returns a number between two others, each of which is over 0; small ones are as likely as large ones. */
  between(low: number, high: number): number
  /** Returns true in this share of all cases. */
  happens(share: number): boolean
  /** Returns one of `options`, as often as its share says. The shares add up to 1. */
  pick<T extends { readonly share: number }>(options: readonly T[]): T
  bytes(length: number): Uint8Array
}

/** Makes the chance of a seed. */
export function chanceOf(seed: number): Chance {
  const generator = xoroshiro128plus(seed)
  const unit = () => uniformFloat64(generator)
  return {
    unit,
    between: (low, high) => low * (high / low) ** unit(),
    happens: share => unit() < share,
    pick(options) {
      let left = unit()
      for (const option of options) {
        left -= option.share
        if (left < 0) return option
      }
      return options.at(-1) as (typeof options)[number]
    },
    bytes: length => Uint8Array.from({ length }, () => unit() * 256),
  }
}
