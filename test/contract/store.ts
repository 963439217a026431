import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import type { dynamodbSweepings } from '../../api/adapters/dynamodb-sweepings.ts'
import type { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import { type DynamoDB, dynamodbIn } from '../../edge/adapters/dynamodb.ts'
import { createTables, type Tables } from '../../emulator/tables.ts'
import { itemOfLink } from '../../shared/link-item.ts'
import { instantly, simulatedDynamoDB } from '../support/simulated-dynamodb.ts'
import type { SweptStore } from './contract.ts'

/** The Regions of every store under contract. */
export const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** What makes the views of the table of links. */
export interface Adapters {
  readonly dynamodbLinkTable: typeof dynamodbLinkTable
  readonly dynamodbLinks: typeof dynamodbLinks
  readonly dynamodbSweepings: typeof dynamodbSweepings
}

/** The adapters of this repository, or of a copy of it. */
export async function adaptersIn(root: string): Promise<Adapters> {
  const names = ['edge/adapters/dynamodb-link-table', 'api/adapters/dynamodb-links', 'api/adapters/dynamodb-sweepings']
  const modules = await Promise.all(names.map(name => import(join(root, `${name}.ts`)) as Promise<object>))
  return Object.assign({}, ...modules) as Adapters
}

/** An empty store in this process: the adapters on a simulated DynamoDB that doesn't replicate. */
export function storeInMemory(adapters: Adapters): SweptStore {
  const simulated = simulatedDynamoDB(homeRegions, 'eventual', { now: () => 0, publish: () => undefined })
  return storeOn(instantly(simulated), adapters, 'links')
}

/** An empty store in tables of its own. */
export async function storeOnTables({ config }: Tables, adapters: Adapters): Promise<SweptStore> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, config)
  return storeOn(dynamodbIn(homeRegions, config), adapters, tableName)
}

function storeOn(dynamodb: DynamoDB, adapters: Adapters, tableName: string): SweptStore {
  return {
    table: adapters.dynamodbLinkTable(tableName, dynamodb),
    links: adapters.dynamodbLinks(tableName, dynamodb),
    sweepings: adapters.dynamodbSweepings(tableName, dynamodb, 'us-east-1'),
    async replicate(link, region) {
      await dynamodb(region, 5000).send(new PutItemCommand({ TableName: tableName, Item: itemOfLink(link) }))
    },
  }
}
