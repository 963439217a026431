import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { callerIndex, referenceIndex } from '../../shared/table/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import type { DynamoDBConfig } from './tables.ts'

/** Seconds to wait for a new table, and between two looks at it. */
const creation = { maxWaitTime: 30, minDelay: 0.01, maxDelay: 0.2 } as const

/**
 * Creates each table in each Region, with the key `id` and the indexes of links, unless it exists. Resolves when all of them accept
 * requests: a table that is still being created refuses them.
 */
export async function createTables(
  names: readonly string[],
  regions: readonly Region[],
  config: DynamoDBConfig,
): Promise<void> {
  for (const region of regions) {
    const client = new DynamoDBClient({ region, ...config(region) })
    const eachTable = names.map(async name => {
      await createTable(client, name)
      await waitUntilTableExists({ client, ...creation }, { TableName: name })
    })
    await Promise.all(eachTable)
    client.destroy()
  }
}

const indexes = [referenceIndex, callerIndex]

/** Creates a table. Other items than links have no reference and no caller, so the indexes of other tables stay empty. */
async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          ...indexes.map(({ partitionKey }) => ({ AttributeName: partitionKey, AttributeType: 'S' as const })),
          { AttributeName: referenceIndex.sortKey, AttributeType: 'N' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: indexes.map(({ name: IndexName, partitionKey, sortKey }) => ({
          IndexName,
          KeySchema: [
            { AttributeName: partitionKey, KeyType: 'HASH' },
            { AttributeName: sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        })),
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    const known = new Set(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName))
    if (!indexes.every(({ name }) => known.has(name)))
      throw new Error(`an older version made the table ${name}; use another folder`, { cause: error })
  }
}
