import { beforeAll, describe, test } from 'vitest'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/table/store.ts'
import { memoryStore, type SweptStore } from '../../support/table/memory-store.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import type { Contract } from './cases.ts'
import { repository } from './failures.ts'

/** Tests that a store in memory, and each client on both DynamoDB stores, keep a contract. */
export function everyStoreKeeps(contract: Contract): void {
  const cases = Object.entries(contract)

  describe('in memory', () => {
    test.each(cases)('%s', async (_, check) => check(memoryStore(await adaptersIn(repository))))
  })

  onBothStores(homeRegions, tables => {
    describe.each(['edge', 'SDK'] as const)('through the %s', client => {
      let store: SweptStore
      beforeAll(async () => {
        store = await storeOnTables(tables(), await adaptersIn(repository), client)
      })
      test.each(cases)('%s', async (_, check) => check(store))
    })
  })
}
