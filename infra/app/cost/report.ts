import { maxBatch } from '../../../shared/limits.ts'
import type { Settings } from '../../settings/settings.ts'
import { costOf } from './cost.ts'
import { allowances, type CostLine, prices, pricesAsOf } from './prices.ts'

/** Sums of the bill, in dollars. */
export type CostSums = Omit<CostLine, 'what'>

/** Returns the sums of the lines of a bill. */
export function sumOf(lines: readonly CostLine[]): CostSums {
  const sum = (pick: (each: CostLine) => number) => lines.reduce((total, each) => total + pick(each), 0)
  return { idle: sum(each => each.idle), inUse: sum(each => each.inUse), million: sum(each => each.million) }
}

/** Returns dollars with two digits; '' for nothing, and `< 0.01` for less than that. */
export function inDollars(dollars: number): string {
  if (dollars === 0) return ''
  return dollars < 0.005 ? '< 0.01' : dollars.toFixed(2)
}

/** Returns what the deployment costs, line by line, as text for a terminal. Ends without a line break. */
export function costText(settings: Settings): string {
  const lines = costOf(settings, { linksPerRequest: 1 })
  const sums = sumOf(lines)
  const inBatches = sumOf(costOf(settings, { linksPerRequest: maxBatch }))
  const rows = [
    ['dollars by list price', 'idle', 'in use', 'a million'],
    ...[...lines, { what: 'sum', ...sums }].map(({ what, idle, inUse, million }) => [
      what,
      ...[idle, inUse, million].map(inDollars),
    ]),
  ]
  const table = rows.map(([what = '', ...cells]) => what.padEnd(46) + cells.map(cell => cell.padStart(10)).join(''))
  return [
    ...table,
    'idle: a month without a link. in use: added in a month with links, at most, however many.',
    `a million: added by a million links, each issued alone and redeemed once; in batches of ${maxBatch} ${inDollars(inBatches.million)}.`,
    bytesText(settings),
    `Prices of ${pricesAsOf} in us-east-1, without free tiers and taxes.`,
    'docs/cost.md says which prices no page of AWS confirms, and what a flood of forged links costs.',
  ].join('\n')
}

/** Returns what the bytes of files add to the bill, most of it if files are large. */
function bytesText({ plan }: Settings): string {
  const terabytes = allowances[plan ?? 'pro'].gigabytes / 1000
  if (plan !== undefined)
    return `not counted: bytes of files, which are in the price of the plan up to ${terabytes} TB a month.`
  const byUse = inDollars(10_000 * prices.cloudFrontBytes)
  return `not counted: bytes of files, ${byUse} for a million of 10 MB; with plan: 'pro', in its ${inDollars(prices.planPro)} a month up to ${terabytes} TB.`
}
