import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/dynamodb.ts'
import { createTables, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { type Adapters, storeOn, type SweptStore } from '../memory-store.ts'

/** Regions of every store under contract. */
export const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Loads the adapters of the repository, or of the copy, at `root`. */
export async function adaptersIn(root: string): Promise<Adapters> {
  const names = [
    'shared/redemption/dynamodb-link-table',
    'api/adapters/dynamodb-links',
    'api/adapters/dynamodb-expired-items',
    'api/adapters/dynamodb-link-lists',
  ]
  const modules = await Promise.all(names.map(name => import(join(root, `${name}.ts`)) as Promise<object>))
  return Object.assign({}, ...modules) as Adapters
}

/**
 * Makes an empty store in tables of its own; it consumes links by the edge's own client, or by the SDK as the exchange
 * does.
 */
export async function storeOnTables(
  { config }: Tables,
  adapters: Adapters,
  client: 'edge' | 'SDK' = 'edge',
): Promise<SweptStore> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, config)
  const api = dynamodbOfApi(homeRegions, config)
  const edge = client === 'edge' ? dynamodbOfEdge(homeRegions, config) : operationsOf(api)
  return storeOn({ edge, api }, tableName, adapters)
}
