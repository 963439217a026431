import type { Row, Samples, Table, Unit } from '../../measurement.ts'
import type { ProgramResult } from './command-line.ts'
import type { IssuerName } from './issuers.ts'

/** Kinds of work, as the rows name them. In a batch all objects differ, unless it is of one object. */
export const kinds = [
  'issued alone',
  'in a batch of 100',
  'in a batch of 100 for one object',
  'in a batch of 100 with an Idempotency-Key',
  'listed',
] as const

/** One kind of work. */
export type Kind = (typeof kinds)[number]

/** What is measured of a kind of work: CPU of a link, median time of a request, links a second. */
export type Quantity = 'CPU' | 'p50' | 'rate'

/** Name of the samples of an issuer. */
export function nameOf(issuer: IssuerName, quantity: Quantity, kind: Kind): string {
  return `${issuer}, ${quantity} of a link ${kind}`
}

/** Results of the programs that issue many links. */
export interface Programs {
  readonly once: ProgramResult
  readonly plain: ProgramResult
}

/** Makes the table of this section. */
export function tableOf(samples: Samples, { once, plain }: Programs): Table {
  const row = (quantity: Quantity, kind: Kind, beside?: IssuerName): Row => ({
    name: `${titles[quantity]} ${kind}${beside === undefined ? '' : `; ${beside}`}`,
    unit: units[quantity],
    left: samples.of(nameOf('shipped', quantity, kind)),
    right: beside && samples.of(nameOf(beside, quantity, kind)),
  })
  const compared = (['issued alone', 'in a batch of 100'] as const).flatMap(kind => [
    row('CPU', kind, 'same writes'),
    row('CPU', kind, 'same calls'),
    row('p50', kind, 'same calls'),
    row('rate', kind, 'same calls'),
  ])
  const own = (['in a batch of 100 for one object', 'in a batch of 100 with an Idempotency-Key'] as const).map(kind =>
    row('CPU', kind),
  )
  const listed = (['CPU', 'p50', 'rate'] as const).map(quantity => row(quantity, 'listed', 'same calls'))
  const programs: readonly Row[] = [
    { name: 'CPU of a link by once issue; plain program', unit: 'µs', left: [once.cpuUs], right: [plain.cpuUs] },
    {
      name: 'links by once issue; plain program',
      unit: 'per second',
      left: [once.linksPerSecond],
      right: [plain.linksPerSecond],
    },
  ]
  return {
    title: 'Issuing',
    columns: ['shipped', 'plain SDK'],
    rows: [...compared, ...own, ...listed, ...programs],
    notes,
  }
}

const titles: Readonly<Record<Quantity, string>> = {
  CPU: 'CPU of a link',
  p50: 'p50 of a request, link',
  rate: 'links',
}
const units: Readonly<Record<Quantity, Unit>> = { CPU: 'µs', p50: 'ms', rate: 'per second' }

const notes = [
  'The API and the plain SDK get the same events, one at a time, in processes that alternate. `same writes`: the plain SDK puts the same items, with the same condition. `same calls`: it also sends HeadObject for each, as the API does for each object of a batch. The API also counts the quota, checks and logs each link, and makes its nonce.',
  'A function with a whole core issues 1,000,000 links divided by the CPU of a link in a second, with 256 MB about a seventh of that. The links a second of this table are limited by the local store.',
  'With an Idempotency-Key, a link takes three writes. A list has pages of 100 links. `once issue` sends one request for each link; the plain program sends batches of 100. Both call the emulator; their CPU includes their start.',
]
