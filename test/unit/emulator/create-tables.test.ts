import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { onTestFinished, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'

const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server

test('tables accept requests when they are made, also where that takes time', async () => {
  const server = dynalite({ createTableMs: 100 })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const { config } = tablesAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const client = new DynamoDBClient({ region: 'us-east-1', ...config('us-east-1'), maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  await createTables(['links', 'state'], ['us-east-1'], config)
  for (const TableName of ['links', 'state']) {
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' } } }))
  }
})
