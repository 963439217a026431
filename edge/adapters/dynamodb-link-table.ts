import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb'
import { effectOf } from '../../shared/effect-of-error.ts'
import { linkOfItem } from '../../shared/link-item.ts'
import { networksAround } from '../../shared/network.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'
import type { LinkTable, Redemption, TakeAnswer } from '../ports.ts'

/** The replicas of one table, and how to reach them. `client` adds to the settings of a Region's client. */
export interface Replicas {
  readonly tableName: string
  readonly homeRegions: readonly Region[]
  readonly client?: (region: Region) => DynamoDBClientConfig
}

/** Links in a DynamoDB global table. Every request goes to the link's home Region and to no other: see ports.ts. */
export function dynamodbLinkTable({ tableName, homeRegions, client }: Replicas): LinkTable {
  // One attempt a call: retries are decided in consume.ts, where it is known what a lost answer means.
  const home = onePerRegion(homeRegions, region => new DynamoDBClient({ region, maxAttempts: 1, ...client?.(region) }))
  return {
    take: (redemption, timeoutMs) => take(home(redemption.homeRegion), deleteOf(redemption, tableName), timeoutMs),
    async holds({ id, homeRegion }, timeoutMs) {
      const read = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true })
      const { Item } = await home(homeRegion).send(read, { abortSignal: AbortSignal.timeout(timeoutMs) })
      return Item !== undefined
    },
  }
}

async function take(home: DynamoDBClient, command: DeleteItemCommand, timeoutMs: number): Promise<TakeAnswer> {
  try {
    const { Attributes } = await home.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
    if (Attributes === undefined) return { kind: 'ambiguous' } // a delete that met our condition had an item to return
    return { kind: 'taken', link: linkOfItem(Attributes) }
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { kind: 'not-taken', found: error.Item && linkOfItem(error.Item) }
    }
    const effect = effectOf(error)
    if (effect === 'none-and-hopeless') throw new Error('the table of links refuses us', { cause: error })
    return { kind: effect === 'none' ? 'no-effect' : 'ambiguous' }
  }
}

/** `now` is the edge's: DynamoDB's TTL may be days late, so the condition looks at the expiry itself. */
function deleteOf({ id, homeRegion, bound, viewer, now }: Redemption, tableName: string): DeleteItemCommand {
  const networks = bound ? networksAround(viewer).map((network, index) => [`:network${index}`, network] as const) : []
  const clauses = [
    'attribute_exists(#id)',
    '#expiresAt > :now',
    '(attribute_not_exists(#notBefore) OR #notBefore <= :now)',
    '#homeRegion = :home',
    bound ? `#network IN (${networks.map(([name]) => name).join(', ')})` : 'attribute_not_exists(#network)',
  ]
  const names = ['id', 'expiresAt', 'notBefore', 'homeRegion', 'network']
  return new DeleteItemCommand({
    TableName: tableName,
    Key: { id: { S: id } },
    ConditionExpression: clauses.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map(name => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':home': { S: homeRegion },
      ...Object.fromEntries(networks.map(([name, network]) => [name, { S: network }])),
    },
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
}
