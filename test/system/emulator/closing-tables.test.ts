import { createRequire } from 'node:module'
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { startTables } from '../../../emulator/dynamodb/tables.ts'

type Done = (error: Error | null, table: object) => void
type Store = Record<'getTable', (name: string, ...rest: [...unknown[], Done]) => void>

const db = createRequire(import.meta.url)('dynalite/db') as { create: (options: object) => Store }
const { create } = db

/** Makes each request pause between its steps, each of which uses the database. */
db.create = options => {
  const store = create(options)
  const getTable = store.getTable.bind(store)
  store.getTable = (name, ...rest) => {
    const done = rest.pop() as Done
    getTable(name, ...rest, (...result: Parameters<Done>) => void setTimeout(() => done(...result), 60))
  }
  return store
}

test('tables that close finish the requests that they have begun, although their connections are gone', async () => {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  const tables = await startTables({ regions: ['us-east-1'] }, 'links')
  const client = new DynamoDBClient({ region: 'us-east-1', ...tables.config('us-east-1'), maxAttempts: 1 })
  const id = { AttributeName: 'id' }
  const schema = {
    AttributeDefinitions: [{ ...id, AttributeType: 'S' as const }],
    KeySchema: [{ ...id, KeyType: 'HASH' as const }],
  }
  await client.send(new CreateTableCommand({ TableName: 'links', ...schema, BillingMode: 'PAY_PER_REQUEST' }))
  const asked = client.send(new GetItemCommand({ TableName: 'links', Key: { id: { S: 'x' } } })).catch(() => 'cut off')
  await new Promise(resolve => setTimeout(resolve, 30))
  await tables.close()
  expect(await asked).toBe('cut off')
  await new Promise(resolve => setTimeout(resolve, 100))
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
})
