import { type Bill, bytesToViewers, type Component, components, dollarsFor, type Line } from './bill.ts'
import { type Price, type PriceName, prices } from './prices.ts'

/** What no bill counts. */
export const leftOut: readonly string[] = [
  'storing the files, the same in all of them',
  'redirects, refusals and requests to the API as bytes, about a kilobyte each',
  'what the edge and its store say to each other across Regions',
  "the sweeper's own function, lookups at the API, retries, alarms, access logs, keeping logs, backups, domain and taxes",
  "lower prices for larger volumes, other parts of the world's, free tiers but those of --free-tier",
  'items over 1 KB, which cost a second write unit; the same for a reference, by which links are listed',
]

/** The prices that these bills use and that no page of AWS was seen to confirm. */
export function unconfirmedPrices(bills: readonly Bill[]): readonly PriceName[] {
  return usedPrices(bills).filter(name => prices[name].confidence !== 'documented')
}

/** The oldest and the newest date of the prices that these bills use. */
export function priceDates(bills: readonly Bill[]): { readonly from: string; readonly to: string } {
  const dates = usedPrices(bills)
    .map(name => prices[name].asOf)
    .toSorted()
  return { from: dates[0] ?? '', to: dates.at(-1) ?? '' }
}

function usedPrices(bills: readonly Bill[]): readonly PriceName[] {
  return [...new Set(bills.flatMap(({ lines }) => lines.map(({ price }) => price)))]
}

/**
 * All bills beside each other: dollars a month by component, the dearest first, with its share of all but the bytes;
 * then totals, where most of it goes, and what the prices are worth.
 */
export function comparison(bills: readonly Bill[], title: string): string {
  const dearest = (component: Component) => Math.max(...bills.map(bill => dollarsFor(bill, component)))
  const paid = components
    .filter(component => component !== bytesToViewers && dearest(component) > 0)
    .toSorted((a, b) => dearest(b) - dearest(a))
  const row = (name: string, amount: (bill: Bill) => number | null) => [name, ...bills.map(bill => cell(amount(bill)))]
  const rows = [
    ['dollars a month', ...bills.map(({ name }) => name)],
    ...paid.map(component => [component, ...bills.map(bill => cellWithShare(dollarsFor(bill, component), bill))]),
    ['all but the bytes', ...bills.map(bill => cellWithShare(bill.dollarsWithoutBytes, bill))],
    row(bytesToViewers, bill => dollarsFor(bill, bytesToViewers)),
    row('total', ({ dollars }) => dollars),
    row('a million redemptions', ({ dollarsPerMillion }) => dollarsPerMillion),
    row('… without the bytes', bill => withoutBytesPerMillion(bill)),
  ]
  return [title, '', table(rows), '', ...bills.map(whereItGoes), ...againstTheLast(bills), '', ...remarks(bills)].join(
    '\n',
  )
}

function withoutBytesPerMillion({ dollars, dollarsWithoutBytes, dollarsPerMillion }: Bill): number | null {
  if (dollarsPerMillion === null || dollars === 0) return dollarsPerMillion
  return dollarsPerMillion * (dollarsWithoutBytes / dollars)
}

/** Every line of a bill, with the formula behind its quantity and the price of one. */
export function itemised({ name, lines }: Bill): string {
  return [name, ...lines.filter(({ quantity }) => quantity > 0).map(describeLine)].join('\n')
}

function describeLine({ component, what, price, quantity, dollars }: Line): string {
  const { dollars: asQuoted, per, unit } = prices[price]
  const amount = quantity.toLocaleString('en-US', { maximumFractionDigits: 2 })
  const rate = per === 1 ? `$${asQuoted}` : `$${asQuoted} per ${per.toLocaleString('en-US')}`
  return `${inDollars(dollars).padStart(12)}  ${component}: ${what}: ${amount} x ${unit} at ${rate}`
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const padded = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return column === 0 ? cell.padEnd(width) : cell.padStart(width + 2)
  }
  return rows.map(row => row.map(padded).join('').trimEnd()).join('\n')
}

const shareWidth = ' 100%'.length

function cell(dollars: number | null): string {
  return inDollars(dollars) + ' '.repeat(shareWidth)
}

function cellWithShare(dollars: number, { dollarsWithoutBytes }: Bill): string {
  return inDollars(dollars) + shareOf(dollars, dollarsWithoutBytes).padStart(shareWidth)
}

function inDollars(dollars: number | null): string {
  return dollars === null
    ? '-'
    : dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.round((part / whole) * 100)}%`
}

/** The dearest component, and the two dearest of what isn't bytes. */
function whereItGoes(bill: Bill): string {
  const ranked = components
    .map(component => ({ component, dollars: dollarsFor(bill, component) }))
    .toSorted((a, b) => b.dollars - a.dollars)
  const [most] = ranked
  if (most === undefined || most.dollars === 0) return `${bill.name}: nothing to pay`
  const others = ranked.filter(({ component, dollars }) => component !== bytesToViewers && dollars > 0).slice(0, 2)
  const named = others.map(({ component, dollars }) => `${component} ${shareOf(dollars, bill.dollarsWithoutBytes)}`)
  return `${bill.name}: most goes to ${most.component}, ${shareOf(most.dollars, bill.dollars)}; without the bytes: ${named.join(', ')}`
}

/** The first bill against the last one, which is what there is today. */
function againstTheLast(bills: readonly Bill[]): readonly string[] {
  const [first, last] = [bills[0], bills.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const all = difference(first.dollars - last.dollars)
  const rest = difference(first.dollarsWithoutBytes - last.dollarsWithoutBytes)
  return [`${first.name}, against the ${last.name}: ${all} a month; without the bytes ${rest}`]
}

function difference(dollars: number): string {
  return `${inDollars(Math.abs(dollars))} ${dollars < 0 ? 'less' : 'more'}`
}

function remarks(bills: readonly Bill[]): readonly string[] {
  const { from, to } = priceDates(bills)
  const unconfirmed = unconfirmedPrices(bills)
  const remembered = unconfirmed.filter(name => (prices[name] as Price).confidence === 'general knowledge')
  return [
    `Prices: USD list, us-east-1 and CloudFront in the US and EU, as of ${from} to ${to}; sources in bench/cost/prices.ts.`,
    `Not confirmed by a page of AWS: ${unconfirmed.join(', ')}.`,
    ...(remembered.length === 0 ? [] : [`Of these from memory: ${remembered.join(', ')}.`]),
    `Left out: ${leftOut.join('; ')}.`,
  ]
}
