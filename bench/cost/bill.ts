import { type Price, type PriceName, prices } from './prices.ts'

/** What is paid for, in the order in which a report lists it. */
export const components = [
  'bytes to viewers',
  'CloudFront requests',
  'Lambda@Edge',
  'API Gateway',
  'Lambda',
  'DynamoDB',
  'keys',
  'S3 requests',
  'CloudWatch Logs',
  'WAF',
] as const

/** One of the things that are paid for. */
export type Component = (typeof components)[number]

/** So many units of something a month, not priced yet. */
export interface Use {
  readonly component: Component
  /** How the quantity comes about, in a few words. */
  readonly what: string
  readonly price: PriceName
  readonly quantity: number
}

/** The uses of one component, each as what it is, the name of its price and the quantity. */
export function usesOf(
  component: Component,
  rows: readonly (readonly [what: string, price: PriceName, quantity: number])[],
): readonly Use[] {
  return rows.map(([what, price, quantity]) => ({ component, what, price, quantity }))
}

/** A use with its price; `dollars` is `quantity` times `unitDollars`. What was free is no longer in `quantity`. */
export interface Line extends Use {
  readonly unit: string
  readonly unitDollars: number
  readonly dollars: number
}

/** The component that outweighs all others as soon as files are large, so that totals are also given without it. */
export const bytesToViewers: Component = 'bytes to viewers'

/** What a system costs a month, in dollars. */
export interface Bill {
  readonly name: string
  readonly lines: readonly Line[]
  /** The sum of all lines. */
  readonly dollars: number
  /** The same without the bytes to viewers. */
  readonly dollarsWithoutBytes: number
  /** For a million redemptions; null when there are none. */
  readonly dollarsPerMillion: number | null
}

/** Prices what is used for so many `redemptions`. A price with a free part may stand in one use only: it is taken off there. */
export function billFor(
  name: string,
  uses: readonly Use[],
  { redemptions, freeTier }: { readonly redemptions: number; readonly freeTier: boolean },
): Bill {
  const lines = uses.map(use => priced(use, freeTier))
  const dollars = sum(lines)
  return {
    name,
    lines,
    dollars,
    dollarsWithoutBytes: sum(lines.filter(({ component }) => component !== bytesToViewers)),
    dollarsPerMillion: redemptions === 0 ? null : (dollars / redemptions) * 1_000_000,
  }
}

/** What a bill's lines for `component` come to, in dollars. */
export function dollarsFor({ lines }: Bill, component: Component): number {
  return sum(lines.filter(line => line.component === component))
}

function priced(use: Use, freeTier: boolean): Line {
  const { dollars, per, unit, freePerMonth = 0 }: Price = prices[use.price]
  const quantity = Math.max(0, use.quantity - (freeTier ? freePerMonth : 0))
  const unitDollars = dollars / per
  return { ...use, quantity, unit, unitDollars, dollars: quantity * unitDollars }
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { dollars }) => total + dollars, 0)
}
