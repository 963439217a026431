import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamsRecord,
} from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import type { DynamoDBConfig } from '../../../emulator/dynamodb/tables.ts'
import { ttlAttribute } from '../../../shared/table/link-item.ts'
import type { Region } from '../../../shared/regions.ts'

/** A table with a stream in each of several Regions of DynamoDB Local, which does not replicate. */
export interface StreamedTable {
  /** Returns all records of a Region's stream, the oldest first, as Lambda would deliver them. */
  read(region: Region): Promise<DynamoDBRecord[]>
  /** Repeats in `to` the changes in `from` of links whose home Region is `from`, as a global table does by itself. */
  replicate(from: Region, to: Region): Promise<void>
  /** Turns on TTL: DynamoDB Local then purges items that are due in the Region, about every ten seconds. */
  turnOnTtl(region: Region): Promise<void>
}

/** Creates the table. */
export async function streamedTable(
  TableName: string,
  regions: readonly Region[],
  config: DynamoDBConfig,
): Promise<StreamedTable> {
  for (const region of regions) {
    const client = new DynamoDBClient({ region, ...config(region) })
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    )
  }
  const read = (region: Region) => recordsOf(TableName, new DynamoDBStreamsClient({ region, ...config(region) }))
  return {
    read,
    async turnOnTtl(region) {
      const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute }
      const client = new DynamoDBClient({ region, ...config(region) })
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
    },
    async replicate(from, to) {
      const client = new DynamoDBClient({ region: to, ...config(to) })
      for (const { dynamodb } of await read(from)) {
        const { NewImage, OldImage, Keys } = dynamodb ?? {}
        if ((NewImage ?? OldImage)?.['homeRegion']?.S !== from) continue
        // The types of the stream and of the SDK differ in spelling only.
        const [Item, Key] = [NewImage, Keys] as (Record<string, AttributeValue> | undefined)[]
        await (Item
          ? client.send(new PutItemCommand({ TableName, Item }))
          : client.send(new DeleteItemCommand({ TableName, Key })))
      }
    },
  }
}

async function recordsOf(TableName: string, client: DynamoDBStreamsClient): Promise<DynamoDBRecord[]> {
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }))
  const records: DynamoDBRecord[] = []
  for (const { StreamArn } of Streams) {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }))
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const from = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' })
      let { ShardIterator } = await client.send(from)
      while (ShardIterator !== undefined) {
        const page = await client.send(new GetRecordsCommand({ ShardIterator }))
        records.push(...(page.Records ?? []).map(toLambdaRecord))
        ShardIterator = page.Records?.length ? page.NextShardIterator : undefined
      }
    }
  }
  return records
}

/** Converts a record to Lambda's form. DynamoDB Local has no name for TTL's deletes and no identity; AWS has both. */
function toLambdaRecord({ eventID, eventName, dynamodb }: StreamsRecord): DynamoDBRecord {
  const isByTtl = !['INSERT', 'MODIFY', 'REMOVE'].includes(eventName ?? '')
  const { ApproximateCreationDateTime, ...rest } = dynamodb ?? {}
  const record = {
    eventID,
    eventName: isByTtl ? 'REMOVE' : eventName,
    eventSource: 'aws:dynamodb',
    dynamodb: { ...rest, ApproximateCreationDateTime: (ApproximateCreationDateTime?.getTime() ?? 0) / 1000 },
    ...(isByTtl && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
  }
  return JSON.parse(JSON.stringify(record)) as DynamoDBRecord
}
