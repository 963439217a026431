import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb'
import { ClassicLevel } from 'classic-level'
import type { Region } from '../shared/regions.ts'
import { dynalite } from './dynalite.ts'

/** How to reach DynamoDB in one Region: settings for the SDK's client. */
export type DynamoDBConfig = (region: Region) => {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Tables in several Regions, each a database of its own. */
export interface Tables {
  readonly config: DynamoDBConfig
  close(): Promise<void>
}

/** Letters and digits only, or DynamoDB Local turns them down. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/**
 * Starts one dynalite a Region on loopback. With `data` the items are kept there and survive a killed process; rejects
 * when another process has them open.
 */
export async function startDynalite(regions: readonly Region[], data?: string): Promise<Tables> {
  const servers = await Promise.all(
    regions.map(async region => {
      const path = data === undefined ? undefined : await freeDatabase(join(data, region))
      const server = dynalite({ createTableMs: 0, ...(path !== undefined && { path }) }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      return { region, server }
    }),
  )
  const ports = new Map(servers.map(({ region, server }) => [region, (server.address() as AddressInfo).port]))
  return {
    config: region => ({ credentials, endpoint: `http://127.0.0.1:${ports.get(region)}` }),
    async close() {
      await Promise.all(servers.map(({ server }) => new Promise(resolve => server.close(resolve))))
    },
  }
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

/** Tables of a DynamoDB that somebody else runs at `endpoint`, such as DynamoDB Local. It tells Regions apart itself. */
export function tablesAt(endpoint: string): Tables {
  return { config: () => ({ credentials, endpoint }), close: async () => undefined }
}

/** Makes a table keyed by `id` in each Region, unless it is there already. */
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

async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}
