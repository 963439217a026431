import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Tables } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'

/** The table that replicates in these tests. */
export const linksTable = 'links'

/** Actions on one table, in a given Region. An item is an id and a text. */
export interface Replicas {
  put(region: Region, id: string, text: string): Promise<void>
  update(region: Region, id: string, text: string): Promise<void>
  remove(region: Region, id: string): Promise<void>
  /** Deletes the item if it exists, in one conditional write. Returns whether it existed. */
  tryConsume(region: Region, id: string): Promise<boolean>
  read(region: Region, id: string): Promise<string | undefined>
}

/** Calls `tables` over HTTP, with the SDK. */
export function replicasOf({ config }: Tables, tableName = linksTable): Replicas {
  const at = (region: Region) => new DynamoDBClient({ region, ...config(region) })
  const keyOf = (id: string) => ({ TableName: tableName, Key: { id: { S: id } } })
  return {
    async put(region, id, text) {
      await at(region).send(new PutItemCommand({ TableName: tableName, Item: { id: { S: id }, text: { S: text } } }))
    },
    async update(region, id, text) {
      const set = {
        UpdateExpression: 'SET #text = :text',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: { ':text': { S: text } },
      }
      await at(region).send(new UpdateItemCommand({ ...keyOf(id), ...set }))
    },
    async remove(region, id) {
      await at(region).send(new DeleteItemCommand(keyOf(id)))
    },
    async tryConsume(region, id) {
      const condition = { ConditionExpression: 'attribute_exists(id)' }
      return at(region)
        .send(new DeleteItemCommand({ ...keyOf(id), ...condition }))
        .then(
          () => true,
          (error: unknown) => {
            if (error instanceof ConditionalCheckFailedException) return false
            throw error
          },
        )
    },
    async read(region, id) {
      const { Item } = await at(region).send(new GetItemCommand({ ...keyOf(id), ConsistentRead: true }))
      return Item?.['text']?.S
    },
  }
}
