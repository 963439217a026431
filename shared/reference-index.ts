/**
 * The index of the table of links by `reference`, oldest first; a link without one is not in it and pays nothing for it.
 * It holds whole items, so one query gives what `GET /links` shows.
 */
export const referenceIndex = { name: 'byReference', partitionKey: 'reference', sortKey: 'issuedAt' } as const
