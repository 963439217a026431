import { afterAll, beforeAll, describe, inject } from 'vitest'
import { startDynalite, type Tables, tablesAt } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'

const local = inject('dynamodbLocal')

/** Defines a suite on Amazon DynamoDB Local; without it the suite is skipped, with the reason in its name. */
export function onDynamodbLocal(suite: (endpoint: string) => void): void {
  const reason = local.kind === 'missing' ? `: ${local.reason}` : ''
  describe.skipIf(local.kind === 'missing')(`on Amazon DynamoDB Local${reason}`, () => {
    suite(local.kind === 'running' ? local.endpoint : '')
  })
}

/** Defines a suite on dynalite and again on Amazon DynamoDB Local. Call `tables()` only in its tests and hooks. */
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
