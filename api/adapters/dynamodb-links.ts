import { assert } from '../../shared/errors.ts'
import { itemOfLink, linkOfItem } from '../../shared/link-item.ts'
import type { Link } from '../../shared/link.ts'
import { type LinkScope, scopeCondition } from '../../shared/link-scope.ts'
import { effectOf } from '../../shared/effect-of-error.ts'
import type { LinkStore } from '../ports.ts'
import { type DynamoDB, type Inputs, isConditionFailed, type RegionalDynamoDB } from './dynamodb.ts'

/** Timeout of one call, in milliseconds: at worst three Regions are read and then three written, in 12 s. */
const callMs = 2000

/** Stores links in a DynamoDB global table: every call goes to the Region that it names. */
export function dynamodbLinks(tableName: string, dynamodb: DynamoDB): LinkStore {
  return {
    put: (link, region) => put(link, dynamodb(region, callMs), tableName),
    async find(id, region) {
      const read = { TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true }
      const { Item } = await dynamodb(region, callMs).send('GetItem', read)
      return Item && linkOfItem(Item)
    },
    async revoke(link, region, scope) {
      const update = revocationOf(link, scope)
      return revoke({ TableName: tableName, ...update }, dynamodb(region, callMs))
    },
  }
}

async function put(link: Link, client: RegionalDynamoDB, tableName: string): Promise<'put' | 'unsure'> {
  const write = {
    TableName: tableName,
    Item: itemOfLink(link),
    ConditionExpression: 'attribute_not_exists(#id)',
    ExpressionAttributeNames: { '#id': 'id' },
  }
  try {
    await client.send('PutItem', write)
    return 'put'
  } catch (error) {
    if (isConditionFailed(error) || effectOf(error) !== 'none-not-retryable') return 'unsure'
    throw new Error('the table of links refuses the request', { cause: error })
  }
}

/**
 * Marks the item rather than deleting it, whatever its state (docs/decisions/0022-revoked-after-use.md): no condition of a
 * redemption accepts a revoked link. A link used without a receipt has no item.
 */
function revocationOf({ id, homeRegion }: Link, scope: LinkScope | undefined): Omit<Inputs['UpdateItem'], 'TableName'> {
  const limits = scope && scopeCondition(scope)
  return {
    Key: { id: { S: id } },
    UpdateExpression: 'SET #state = :revoked',
    ConditionExpression: ['attribute_exists(#id) AND #home = :home', ...(limits?.clauses ?? [])].join(' AND '),
    ExpressionAttributeNames: { '#id': 'id', '#home': 'homeRegion', '#state': 'state', ...limits?.names },
    ExpressionAttributeValues: { ':home': { S: homeRegion }, ':revoked': { S: 'revoked' }, ...limits?.values },
    ReturnValues: 'ALL_NEW',
  }
}

async function revoke(update: Inputs['UpdateItem'], client: RegionalDynamoDB): Promise<Link | undefined> {
  try {
    const { Attributes } = await client.send('UpdateItem', update)
    assert(Attributes, 'an update that returns the new item returns one')
    return linkOfItem(Attributes)
  } catch (error) {
    if (isConditionFailed(error)) return undefined
    throw error
  }
}
