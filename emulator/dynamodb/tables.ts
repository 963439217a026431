import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'
import { ClassicLevel } from 'classic-level'
import { referenceIndex } from '../../shared/link-item.ts'
import { isRegion, type Region } from '../../shared/regions.ts'
import { dynalite } from './dynalite.ts'
import type { Replication } from './replication.ts'

/** How to reach DynamoDB in one Region: settings for the SDK's client. */
export type DynamoDBConfig = (region: Region) => {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Overrides the Region that was asked for, where all share the tables of one. */
  readonly region?: Region
}

/** Tables in several Regions: each Region's own, replicas of one another, or shared by all. */
export interface Tables {
  readonly config: DynamoDBConfig
  close(): Promise<void>
}

/** Letters and digits only, or DynamoDB Local turns them down. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** What the database of all Regions is called, where one of a single Region has its name. */
const sharedName = 'all-regions'

/**
 * Starts one dynalite a Region on loopback, each a replica if there is a `replication` to carry writes between them. With
 * `data` the items are kept there and survive a killed process; rejects when another process has them open, or when
 * they were kept there in the other mode.
 */
export async function startDynalite(
  regions: readonly Region[],
  data?: string,
  replication?: Replication,
): Promise<Tables> {
  if (data !== undefined) refuseFolder(data, { ifItHolds: name => name === sharedName, madeIn: 'strong' })
  const servers = await Promise.all(
    regions.map(async region => {
      const path = data === undefined ? undefined : await freeDatabase(join(data, region))
      const replica = dynalite({ path, onChange: change => replication?.send(region, change) })
      replication?.join(region, replica)
      return { region, server: await listening(replica.server) }
    }),
  )
  const ports = new Map(servers.map(({ region, server }) => [region, portOf(server)]))
  return {
    config: region => ({ credentials, endpoint: `http://127.0.0.1:${ports.get(region)}` }),
    async close() {
      await replication?.close()
      await Promise.all(servers.map(({ server }) => closed(server)))
    },
  }
}

/**
 * Starts the one dynalite that all Regions share: what a strongly consistent (MRSC) global table is to its users, one
 * register an item, wherever they ask. The time that its members take to agree isn't emulated. `data` as above.
 */
export async function startSharedDynalite(data?: string): Promise<Tables> {
  if (data !== undefined) refuseFolder(data, { ifItHolds: isRegion, madeIn: 'home' })
  const path = data === undefined ? undefined : await freeDatabase(join(data, sharedName))
  const server = await listening(dynalite({ path }).server)
  const endpoint = `http://127.0.0.1:${portOf(server)}`
  return { config: () => ({ credentials, endpoint }), close: () => closed(server) }
}

/** The other mode's tables would seem to be empty, and every link spent. */
function refuseFolder(data: string, { ifItHolds, madeIn }: { ifItHolds: (name: string) => boolean; madeIn: string }) {
  const names = existsSync(data) ? readdirSync(data) : []
  if (!names.some(ifItHolds)) return
  throw new Error(`the tables in ${data} were made in mode "${madeIn}"; use that mode, or another folder`)
}

async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function closed(server: Server): Promise<void> {
  const whenClosed = new Promise(resolve => server.close(resolve))
  // Connections that wait for a first request would keep it open for minutes.
  server.closeAllConnections()
  await whenClosed
}

/** Makes sure that nobody else has the database at `path` open: dynalite would only fail at the first request. */
async function freeDatabase(path: string): Promise<string> {
  const database = new ClassicLevel(path)
  try {
    await database.open()
  } catch (cause) {
    throw new Error(`the tables in ${path} can't be opened; does another emulator use them?`, { cause })
  }
  await database.close()
  return path
}

/**
 * Tables of a DynamoDB that somebody else runs at `endpoint`, such as DynamoDB Local. It tells Regions apart itself, and
 * doesn't replicate; with `sharedRegion` all Regions use the tables of that one, as they would share an MRSC table.
 */
export function tablesAt(endpoint: string, sharedRegion?: Region): Tables {
  const shared = sharedRegion !== undefined && { region: sharedRegion }
  return { config: () => ({ credentials, endpoint, ...shared }), close: async () => undefined }
}

/** Makes a table keyed by `id` in each Region, with the index of links by reference, unless it is there already. */
export async function createTables(
  names: readonly string[],
  regions: readonly Region[],
  config: DynamoDBConfig,
): Promise<void> {
  for (const region of regions) {
    const client = new DynamoDBClient({ region, ...config(region) })
    await Promise.all(names.map(name => createTable(client, name)))
    client.destroy()
  }
}

/** What is no link has no reference, so its index is empty: it makes no difference to tables of something else. */
async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  const { name: IndexName, partitionKey, sortKey } = referenceIndex
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: partitionKey, AttributeType: 'S' },
          { AttributeName: sortKey, AttributeType: 'N' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName,
            KeySchema: [
              { AttributeName: partitionKey, KeyType: 'HASH' },
              { AttributeName: sortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    const hasIndex = Table?.GlobalSecondaryIndexes?.some(index => index.IndexName === IndexName) === true
    if (!hasIndex)
      throw new Error(`the table ${name} was made by an older version; use another folder`, { cause: error })
  }
}
