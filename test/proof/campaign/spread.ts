import type { Campaign } from './arrivals.ts'
import type { Parameters } from './parameters.ts'
import { partsOf } from './parts.ts'

/**
 * Returns the fewest minutes over which to deliver a campaign so that no part has to do more than this share of its limit;
 * undefined if more than a day is needed. Longer delivery lowers every peak, so halving the interval finds it.
 */
export function minutesToSpread(campaign: Campaign, parameters: Parameters, shareOfLimit: number): number | undefined {
  const fits = (minutes: number) => {
    const deliverySeconds = minutes * 60
    const parts = partsOf({ ...campaign, deliverySeconds }, { ...parameters, horizonSeconds: deliverySeconds + 3600 })
    return parts.every(({ demand, limit }) => demand <= limit * shareOfLimit)
  }
  let [tooFew, enough] = [0, 24 * 60]
  if (!fits(enough)) return undefined
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (fits(middle)) enough = middle
    else tooFew = middle
  }
  return enough
}
