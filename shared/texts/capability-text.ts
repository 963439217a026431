// The console's page runs this file too, so it imports nothing that needs Node.js.

const units = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3600, name: 'h' },
  { seconds: 60, name: 'min' },
  { seconds: 1, name: 's' },
] as const

/** Formats whole seconds in their two largest units, without zeros: `4 h 20 min`, `1 d`, `30 s`. The rest is cut off. */
export function durationText(seconds: number): string {
  const largest = units.findIndex(unit => seconds >= unit.seconds)
  if (largest < 0) return '0 s'
  let rest = seconds
  const parts = units.slice(largest, largest + 2).map(unit => {
    const count = Math.floor(rest / unit.seconds)
    rest -= count * unit.seconds
    return { count, name: unit.name }
  })
  return parts.flatMap(({ count, name }) => (count === 0 ? [] : [`${count} ${name}`])).join(' ')
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

/** Says how long a link's capability works, and for whom: `works for 30 s from the moment it is opened, bound to …`. */
export function worksFor({ urlSeconds, bind }: CapabilityTerms): string {
  return `works for ${durationText(urlSeconds)} from the moment it is opened, ${boundTo[bind]}`
}
