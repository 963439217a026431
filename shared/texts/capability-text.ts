// The console's page runs this file too, so it imports nothing that needs Node.js.

const units = [
  { seconds: 86_400, unit: 'day', sign: 'd' },
  { seconds: 3600, unit: 'hour', sign: 'h' },
  { seconds: 60, unit: 'minute', sign: 'min' },
  { seconds: 1, unit: 'second', sign: 's' },
] as const

/** Returns whole seconds in their two largest units, without zeros. The rest is cut off. */
export function durationParts(seconds: number) {
  const largest = units.findIndex(each => seconds >= each.seconds)
  if (largest < 0) return [{ count: 0, unit: 'second', sign: 's' }] as const
  let rest = seconds
  const parts = units.slice(largest, largest + 2).map(each => {
    const count = Math.floor(rest / each.seconds)
    rest -= count * each.seconds
    return { count, unit: each.unit, sign: each.sign }
  })
  return parts.filter(({ count }) => count > 0)
}

/** Formats whole seconds with the signs of the units: `4 h 20 min`, `1 d`, `30 s`. */
export function durationText(seconds: number): string {
  return durationParts(seconds)
    .map(({ count, sign }) => `${count} ${sign}`)
    .join(' ')
}

const boundTo = {
  exact: 'bound to the address that opens it',
  prefix: 'bound to the network of the address that opens it',
  client: 'bound to the browser or program that opens it, or to its address',
  'client-only': 'bound to the browser or program that opens it',
  none: 'bound to nothing',
} as const

/** How long the capability of a link works, in seconds from the redemption, and for whom: fields of `Link`. */
export interface CapabilityTerms {
  readonly urlSeconds: number
  readonly bind: keyof typeof boundTo
}

/** Says how long the file of a link that takes one may take: `may take 4 h from the moment the link is opened`. */
export function uploadTime({ urlSeconds }: Pick<CapabilityTerms, 'urlSeconds'>): string {
  return `may take ${durationText(urlSeconds)} from the moment the link is opened`
}

/** Says how long a link's capability works, and for whom: `works for 30 s from the moment it is opened, bound to …`. */
export function worksFor({ urlSeconds, bind }: CapabilityTerms): string {
  return `works for ${durationText(urlSeconds)} from the moment it is opened, ${boundTo[bind]}`
}
