import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/aws.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import type { Tables } from '../../../emulator/dynamodb/tables.ts'
import { type Adapters, storeOn, type SweptStore } from './memory-store.ts'
import { sdkDynamodbIn } from './sdk-dynamodb.ts'

/** Regions of every store under contract. */
export const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Loads the adapters of the repository, or of the copy, at `root`. */
export async function adaptersIn(root: string): Promise<Adapters> {
  const names = [
    'shared/redemption/dynamodb-link-table',
    'api/adapters/dynamodb-links',
    'api/adapters/dynamodb-expired-items',
  ]
  const modules = await Promise.all(names.map(name => import(join(root, `${name}.ts`)) as Promise<object>))
  return Object.assign({}, ...modules) as Adapters
}

/**
 * Makes an empty store in tables of its own, called by the clients of edge and api, or by the SDK: what AWS's own client can
 * do, ours must do.
 */
export async function storeOnTables(
  { config }: Tables,
  adapters: Adapters,
  client: 'edge' | 'SDK' = 'edge',
): Promise<SweptStore> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, config)
  if (client === 'SDK') {
    const api = sdkDynamodbIn(homeRegions, config)
    return storeOn({ edge: operationsOf(api), api }, tableName, adapters)
  }
  const clients = { edge: dynamodbOfEdge(homeRegions, config), api: dynamodbOfApi(homeRegions, config) }
  return storeOn(clients, tableName, adapters)
}
