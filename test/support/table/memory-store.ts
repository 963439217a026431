import { dynamodbExpiredItems } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbLinkLists, dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { operationsOf, type DynamoDB as ApiDynamoDB } from '../../../api/adapters/dynamodb.ts'
import type { LinkStore, LinkLists, ExpiredItems } from '../../../api/ports.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import type { Link } from '../../../shared/link.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import { type Region, regions } from '../../../shared/regions.ts'
import { instantly, simulatedDynamoDB } from './simulated-dynamodb.ts'

/** The table of links as the edge and as the api see it. */
export interface Store {
  readonly table: LinkTable
  readonly links: LinkStore
  /** Copies a link to another Region's replica, as a global table does. */
  replicate(link: Link, region: Region): Promise<void>
}

/** A store, and its table as the sweeper and as lists see it. */
export interface SweptStore extends Store {
  readonly sweepings: ExpiredItems
  readonly listings: LinkLists
}

/** The adapters of the table of links. */
export interface Adapters {
  readonly dynamodbLinkTable: typeof dynamodbLinkTable
  readonly dynamodbLinks: typeof dynamodbLinks
  readonly dynamodbExpiredItems: typeof dynamodbExpiredItems
  readonly dynamodbLinkLists: typeof dynamodbLinkLists
}

const shipped: Adapters = {
  dynamodbLinkTable,
  dynamodbLinks,
  dynamodbExpiredItems,
  dynamodbLinkLists,
}

/** Clients of one DynamoDB: the edge's and the api's. */
export interface DynamoDBClients {
  readonly edge: DynamoDB
  readonly api: ApiDynamoDB
}

/** Makes a store on one table of a DynamoDB, by the adapters that ship or by others. The sweeper uses us-east-1. */
export function storeOn({ edge, api }: DynamoDBClients, tableName: string, adapters: Adapters = shipped): SweptStore {
  return {
    table: adapters.dynamodbLinkTable(tableName, edge),
    links: adapters.dynamodbLinks(tableName, api),
    sweepings: adapters.dynamodbExpiredItems(tableName, api, 'us-east-1'),
    listings: adapters.dynamodbLinkLists(tableName, api),
    async replicate(link, region) {
      await api(region, 5000).send('PutItem', { TableName: tableName, Item: itemOfLink(link) })
    },
  }
}

/** Makes an empty store in memory: adapters on a simulated DynamoDB with a copy in each Region, without replication. */
export function memoryStore(adapters?: Adapters): SweptStore {
  const simulated = simulatedDynamoDB(regions, 'eventual', { now: () => 0, publish: () => undefined })
  const api = instantly(simulated)
  return storeOn({ edge: operationsOf(api), api }, 'links', adapters)
}

/** Wraps a table; `calls` returns the number of calls to it. */
export function countedCalls(table: LinkTable): { readonly table: LinkTable; calls(): number } {
  let calls = 0
  const counted: LinkTable = {
    tryConsume: (...args) => ((calls += 1), table.tryConsume(...args)),
    tryReserve: (...args) => ((calls += 1), table.tryReserve(...args)),
    exists: (...args) => ((calls += 1), table.exists(...args)),
    inspect: (...args) => ((calls += 1), table.inspect(...args)),
  }
  return { table: counted, calls: () => calls }
}
