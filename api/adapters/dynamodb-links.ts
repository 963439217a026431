import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { effectOf } from '../../shared/effect-of-error.ts'
import type { Link } from '../../shared/link.ts'
import { itemOfLink, linkOfItem } from '../../shared/link-item.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'
import type { Links } from '../ports.ts'

/** The replicas of one table, and how to reach them. `client` adds to the settings of a Region's client. */
export interface Replicas {
  readonly tableName: string
  readonly homeRegions: readonly Region[]
  readonly client?: (region: Region) => DynamoDBClientConfig
}

/** Longest wait for one call; three of them fit into the api function's time. */
const callMs = 2500

/** Links in a DynamoDB global table: every call goes to the Region it names, or the link's home. */
export function dynamodbLinks({ tableName, homeRegions, client }: Replicas): Links {
  // One attempt a call: a Put that is sent twice could bring a redeemed link back
  // (docs/decisions/0002-delete-versus-receipt.md).
  const at = onePerRegion(homeRegions, region => new DynamoDBClient({ region, maxAttempts: 1, ...client?.(region) }))
  return {
    put: link => put(link, at(link.homeRegion), tableName),
    async find(id, region) {
      const read = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true })
      const { Item } = await at(region).send(read, { abortSignal: AbortSignal.timeout(callMs) })
      return Item && linkOfItem(Item)
    },
    async revoke(id, homeRegion) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: { id: { S: id } },
        ConditionExpression: 'attribute_exists(#id) AND #home = :home',
        ExpressionAttributeNames: { '#id': 'id', '#home': 'homeRegion' },
        ExpressionAttributeValues: { ':home': { S: homeRegion } },
      })
      return deleted(at(homeRegion), command)
    },
  }
}

async function put(link: Link, home: DynamoDBClient, tableName: string): Promise<'put' | 'unsure'> {
  const command = new PutItemCommand({
    TableName: tableName,
    Item: itemOfLink(link),
    ConditionExpression: 'attribute_not_exists(#id)',
    ExpressionAttributeNames: { '#id': 'id' },
  })
  try {
    await home.send(command, { abortSignal: AbortSignal.timeout(callMs) })
    return 'put'
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || effectOf(error) !== 'none-and-hopeless') return 'unsure'
    throw new Error('the table of links refuses us', { cause: error })
  }
}

async function deleted(home: DynamoDBClient, command: DeleteItemCommand): Promise<'revoked' | 'gone'> {
  try {
    await home.send(command, { abortSignal: AbortSignal.timeout(callMs) })
    return 'revoked'
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'gone'
    throw error
  }
}
