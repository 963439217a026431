import type { Link, Receipt, StoredUses } from './link.ts'

/** Returns the receipts of a link with several uses, oldest first; none of any other. */
export function usesOf({ uses = {}, urlSeconds }: Pick<Link, 'uses' | 'urlSeconds'>): readonly Receipt[] {
  const receipts = Object.entries(uses).map(([redemptionId, { M: entry }]) =>
    receiptOf(redemptionId, entry, urlSeconds),
  )
  return receipts.toSorted((one, other) => one.redeemedAt - other.redeemedAt)
}

function receiptOf(redemptionId: string, entry: StoredUses[string]['M'], urlSeconds: number): Receipt {
  const fields = Object.entries(entry).map(([name, value]) => [name, 'N' in value ? Number(value.N) : value.S])
  const receipt = Object.fromEntries([...fields, ['redemptionId', redemptionId]]) as Receipt
  return { ...receipt, urlExpiresAt: (receipt.redeemedAt + urlSeconds) as Receipt['urlExpiresAt'] }
}

/** Returns the receipt of the latest use; undefined if the link was not used, or keeps none. */
export function latestUse(link: Pick<Link, 'receipt' | 'uses' | 'urlSeconds'>): Receipt | undefined {
  return link.receipt ?? usesOf(link).at(-1)
}

/** Returns whether several clients may use the link, and as many did. */
export function isUsedUp({ uses = {}, maxUses = Infinity }: Pick<Link, 'uses' | 'maxUses'>): boolean {
  return Object.keys(uses).length >= maxUses
}
