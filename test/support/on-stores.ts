import { afterAll, beforeAll, describe, inject } from 'vitest'
import { startDynalite, type Tables, tablesAt } from '../../emulator/dynamodb/tables.ts'
import type { Region } from '../../shared/regions.ts'

const local = inject('dynamodbLocal')

/** A suite on Amazon DynamoDB Local; skipped, with the reason in its name, where there is none. */
export function onDynamodbLocal(suite: (endpoint: string) => void): void {
  const missing = 'missing' in local ? `: ${local.missing}` : ''
  describe.skipIf(missing !== '')(`on Amazon DynamoDB Local${missing}`, () => {
    suite('endpoint' in local ? local.endpoint : '')
  })
}

/** A suite on dynalite and again on Amazon DynamoDB Local. `tables()` is for use inside its tests and hooks. */
export function onBothStores(regions: readonly Region[], suite: (tables: () => Tables) => void): void {
  describe('on dynalite', () => {
    let tables: Tables
    beforeAll(async () => {
      tables = await startDynalite(regions)
    })
    afterAll(() => tables.close())
    suite(() => tables)
  })
  onDynamodbLocal(endpoint => suite(() => tablesAt(endpoint)))
}
