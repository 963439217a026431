import type { Link, Receipt } from './link.ts'

/** Returns the receipt of the use whose capability ends last; undefined if the link was not used, or keeps none. */
export function latestUse({ receipt, uses = [] }: Pick<Link, 'receipt' | 'uses'>): Receipt | undefined {
  return receipt ?? oldestFirst(uses).at(-1)
}

/** Returns the uses of a link with several in the order in which they were taken. */
export function oldestFirst(uses: readonly Receipt[]): readonly Receipt[] {
  return uses.toSorted((one, other) => one.redeemedAt - other.redeemedAt)
}

/** Returns whether several clients may use the link, and as many did. */
export function isUsedUp({ uses = [], maxUses = Infinity }: Pick<Link, 'uses' | 'maxUses'>): boolean {
  return uses.length >= maxUses
}
