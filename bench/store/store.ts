import { join } from 'node:path'
import { BatchWriteItemCommand, DynamoDBClient, GetItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb'
import type { Certificate } from '../../emulator/certificate.ts'
import { exposedDynamodbLocal, startDynamodbLocal } from '../../emulator/dynamodb/dynamodb-local.ts'
import { createTables } from '../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../emulator/dynamodb/tables.ts'
import type { LinkItem } from '../../shared/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import { startChild } from '../child.ts'
import type { Secrets } from './kms.ts'
import type { TerminatorAnswer, TerminatorQuestion } from './tls-terminator.ts'

/** Amazon DynamoDB Local behind TLS. The same endpoint gives the secret that the edge reads, and is an S3 that has every object. */
export interface Store {
  /** `https://127.0.0.1:PORT` */
  readonly endpoint: string
  /** The store itself, without TLS: `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Path of the certificate to trust. */
  readonly certificateFile: string
  /** Writes items without TLS, as fast as the store accepts them. Doesn't count the calls. */
  fill(table: string, items: Iterable<LinkItem>): Promise<void>
  /** Reads one item without TLS, or rejects. Doesn't count the call. */
  read(table: string, id: string): Promise<LinkItem>
  /** Returns the number of calls by operation since the last count. */
  calls(): Promise<Readonly<Record<string, number>>>
  /** Closes all connections, as DynamoDB does with idle ones. */
  hangUp(): Promise<void>
  close(): Promise<void>
}

/** Region of the bench: the only home Region, and that of its edge. */
export const region: Region = 'us-east-1'

/** Java's heap in megabytes: enough to write a million links in batches. It does not contain the links. */
const heapMb = 2048

/** Largest number of items in a BatchWriteItem (AWS, BatchWriteItem). */
const itemsPerBatch = 25

/** Batches in flight; more than two cores can process. */
const batchesInFlight = 8

/** Starts the store with empty `tables` and a certificate. Secrets Manager and KMS have `secrets`. */
export async function startStore(
  tables: readonly string[],
  { certificateFile, ...identity }: Certificate,
  secrets: Secrets,
): Promise<Store> {
  await using starting = new AsyncDisposableStack()
  // Nothing may copy its bytes while they are timed, so it gets no network namespace.
  console.error(exposedDynamodbLocal)
  const local = starting.adopt(await startDynamodbLocal({ heapMb, optimize: true, isolate: false }), each =>
    each.close(),
  )
  const { config } = tablesAt(local.endpoint)
  await createTables(tables, [region], config)
  const client = starting.adopt(new DynamoDBClient({ region, ...config(region) }), each => each.destroy())
  const terminator = starting.adopt(
    await startChild<TerminatorQuestion, TerminatorAnswer>(join(import.meta.dirname, 'tls-terminator.ts'), { env: {} }),
    each => each.close(),
  )
  const start = { kind: 'start', ...identity, ...secrets, upstream: local.endpoint } as const
  const { port } = (await terminator.ask(start)) as { port: number }
  const started = starting.move()
  return {
    endpoint: `https://127.0.0.1:${port}`,
    origin: local.endpoint,
    certificateFile,
    fill: (table, items) => fill(client, table, items),
    read: (table, id) => read(client, table, id),
    calls: async () => (await terminator.ask({ kind: 'count' })) as Readonly<Record<string, number>>,
    hangUp: async () => void (await terminator.ask({ kind: 'hang-up' })),
    close: () => started.disposeAsync(),
  }
}

async function read(client: DynamoDBClient, table: string, id: string): Promise<LinkItem> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }))
  if (Item === undefined) throw new Error('the store of the bench lacks an item')
  return Item as LinkItem
}

async function fill(client: DynamoDBClient, table: string, items: Iterable<LinkItem>): Promise<void> {
  const batches = batchesOf(items)
  async function writeBatches(): Promise<void> {
    for (const batch of batches) await write(client, { [table]: batch })
  }
  await Promise.all(Array.from({ length: batchesInFlight }, writeBatches))
}

function* batchesOf(items: Iterable<LinkItem>): Generator<WriteRequest[]> {
  let batch: WriteRequest[] = []
  for (const Item of items) {
    batch.push({ PutRequest: { Item } })
    if (batch.length < itemsPerBatch) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Writes one batch. Retries items that the store did not process, at most ten times. */
async function write(client: DynamoDBClient, batch: Record<string, WriteRequest[]>): Promise<void> {
  let left = batch
  for (let tries = 0; tries < 10 && Object.keys(left).length > 0; tries += 1) {
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems: left }))
    left = UnprocessedItems
  }
  if (Object.keys(left).length > 0) throw new Error('the store did not accept the links of the bench')
}
