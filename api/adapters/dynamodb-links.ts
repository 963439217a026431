import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { effectOf } from '../../shared/effect-of-error.ts'
import type { Link } from '../../shared/link.ts'
import { itemOfLink, linkOfItem } from '../../shared/link-item.ts'
import type { Links } from '../ports.ts'
import type { DynamoDB } from './dynamodb.ts'

/** Longest wait for one call: at worst three Regions are asked what a link is and then three to revoke it, in 12 s. */
const callMs = 2000

/** Links in a DynamoDB global table: every call goes to the Region it names. */
export function dynamodbLinks(tableName: string, dynamodb: DynamoDB): Links {
  return {
    put: (link, region) => put(link, dynamodb(region, callMs), tableName),
    async find(id, region) {
      const read = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true })
      const { Item } = await dynamodb(region, callMs).send(read)
      return Item && linkOfItem(Item)
    },
    revoke: (link, region) => revoke(link, dynamodb(region, callMs), tableName),
  }
}

async function put(link: Link, at: ReturnType<DynamoDB>, tableName: string): Promise<'put' | 'unsure'> {
  const command = new PutItemCommand({
    TableName: tableName,
    Item: itemOfLink(link),
    ConditionExpression: 'attribute_not_exists(#id)',
    ExpressionAttributeNames: { '#id': 'id' },
  })
  try {
    await at.send(command)
    return 'put'
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || effectOf(error) !== 'none-and-hopeless') return 'unsure'
    throw new Error('the table of links refuses us', { cause: error })
  }
}

/** Marking has the condition that it was not used; a repeat meets it too. */
async function revoke(
  { id, homeRegion, state }: Link,
  at: ReturnType<DynamoDB>,
  tableName: string,
): Promise<'revoked' | 'gone' | 'used'> {
  const of = {
    TableName: tableName,
    Key: { id: { S: id } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const
  const names = { '#id': 'id', '#home': 'homeRegion', '#state': 'state' }
  const exists = 'attribute_exists(#id) AND #home = :home'
  const deletion = new DeleteItemCommand({
    ...of,
    ConditionExpression: `${exists} AND attribute_not_exists(#state)`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':home': { S: homeRegion } },
  })
  const marking = new UpdateItemCommand({
    ...of,
    UpdateExpression: 'SET #state = :revoked',
    ConditionExpression: `${exists} AND #state IN (:live, :revoked)`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':home': { S: homeRegion }, ':live': { S: 'live' }, ':revoked': { S: 'revoked' } },
  })
  try {
    await at.send(state === undefined ? deletion : marking)
    return 'revoked'
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return error.Item?.['state']?.S === 'used' ? 'used' : 'gone'
  }
}
