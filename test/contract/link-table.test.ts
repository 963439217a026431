import { randomUUID } from 'node:crypto'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import { createTables, type Tables } from '../../emulator/tables.ts'
import { itemOfLink } from '../../shared/link-item.ts'
import { type Guard, guards, memoryStore, type Store } from '../support/memory-store.ts'
import { onBothStores } from '../support/on-stores.ts'
import { contract } from './contract.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const
const cases = Object.entries(contract)

async function storeOn(tables: Tables): Promise<Store> {
  const replicas = { tableName: `links-${randomUUID()}`, homeRegions, client: tables.config }
  await createTables([replicas.tableName], homeRegions, tables.config)
  return {
    table: dynamodbLinkTable(replicas),
    links: dynamodbLinks(replicas),
    async replicate(link, region) {
      const client = new DynamoDBClient({ region, ...tables.config(region) })
      await client.send(new PutItemCommand({ TableName: replicas.tableName, Item: itemOfLink(link) }))
    },
  }
}

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryStore()))
})

onBothStores(homeRegions, tables => {
  let store: Store
  beforeAll(async () => {
    store = await storeOn(tables())
  })
  test.each(cases)('%s', async (_, check) => check(store))
})

describe('broken on purpose, the contract catches a store', () => {
  test.each<[Guard]>(guards.map(guard => [guard]))('without the guard %s', async guard => {
    const results = await Promise.allSettled(cases.map(([, check]) => check(memoryStore(guard))))
    expect(results.some(({ status }) => status === 'rejected')).toBe(true)
  })
})
