import { assert } from '../../shared/errors.ts'
import { callerIndex, itemOfLink, linkOfItem, referenceIndex } from '../../shared/table/link-item.ts'
import type { Link, LinkId } from '../../shared/link.ts'
import { type LinkScope, scopeCondition } from '../link-scope.ts'
import { effectOf } from '../../shared/table/effect-of-error.ts'
import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { deliveryOfItem } from '../../shared/delivery/item.ts'
import { storedReference } from '../../shared/table/stored-reference.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type {
  Deliveries,
  LinkLists,
  LinkStore,
  ListPageRequest,
  ListPosition,
  Replacement,
  StoredPage,
} from '../ports.ts'
import {
  type DynamoDB,
  dynamodbAt,
  type Inputs,
  ifConditionFailed,
  isConditionFailed,
  type Item,
  type Output,
  type RegionalDynamoDB,
} from './dynamodb.ts'

/**
 * Timeout of one call, in milliseconds: at worst three Regions are read and then three written, in 12 s. A page of a list is 1 MB at
 * most.
 */
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
    async replace(link, region, by) {
      const update = replacementOf(link, by)
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

/** A response may be lost and the write sent again: then the mark is there already. */
function replacementOf(link: Link, { replacedBy, replacedIn, scope }: Replacement): ReturnType<typeof revocationOf> {
  const { clause, effect = '', names, values } = asRead(link)
  const revocation = revocationOf(link, scope)
  return {
    ...revocation,
    UpdateExpression: `SET #state = :revoked, #by = :by, #in = :in${effect}`,
    ConditionExpression: `${revocation.ConditionExpression} AND (${clause} OR #by = :by)`,
    ExpressionAttributeNames: {
      ...revocation.ExpressionAttributeNames,
      '#by': 'replacedBy',
      '#in': 'replacedIn',
      ...names,
    },
    ExpressionAttributeValues: {
      ...revocation.ExpressionAttributeValues,
      ':by': { S: replacedBy },
      ':in': { S: replacedIn },
      ...values,
    },
  }
}

/** Returns what the link still is if nothing happened to it since it was read; of its uses, none is ever removed. */
function asRead({ state, replacedBy, uses }: Link): {
  readonly clause: string
  readonly effect?: string
  readonly names?: Record<string, string>
  readonly values?: Item
} {
  if (replacedBy !== undefined) return { clause: '#by = :before', values: { ':before': { S: replacedBy } } }
  if (state === undefined) return { clause: 'attribute_not_exists(#state)' }
  return {
    clause: `#state = :state${uses ? ' AND size(#uses) = :uses' : ''}`,
    effect: ', #was = :state',
    names: { '#was': 'replacedState', ...(uses && { '#uses': 'uses' }) },
    values: { ':state': { S: state }, ...(uses && { ':uses': { N: String(uses.length) } }) },
  }
}

async function revoke(update: Inputs['UpdateItem'], client: RegionalDynamoDB): Promise<Link | undefined> {
  const updated = await client.send('UpdateItem', update).catch(ifConditionFailed(() => undefined))
  if (updated === undefined) return undefined
  assert(updated.Attributes, 'an update that returns the new item returns one')
  return linkOfItem(updated.Attributes)
}

/** Timeout of the only attempt, in milliseconds: a link is shown without its delivery rather than late. */
const deliveryMs = 1500

/** Reads deliveries in the table of the Region that `config` names. */
export function dynamodbDeliveries(tableName: string, config: ClientConfig): Deliveries {
  const dynamodb = dynamodbAt(config)
  return {
    async find(id) {
      const { Item } = await dynamodb(deliveryMs).send('GetItem', { TableName: tableName, Key: { id: { S: id } } })
      return Item && deliveryOfItem(Item).facts
    },
  }
}

/**
 * Lists links of a DynamoDB global table. Links of one reference or caller are read from an index, all links by a scan, since an
 * index of all links would cost a second write for each (docs/decisions/0017-listing-links.md). Reads are eventually
 * consistent, as those of an index always are.
 */
export function dynamodbLinkLists(tableName: string, dynamodb: DynamoDB): LinkLists {
  return {
    async page(pageRequest, region) {
      const client = dynamodb(region, callMs)
      const { reference, callers } = pageRequest
      const read = async (from: Partition, part: Part) =>
        pageOf(await client.send('Query', query(from, part, tableName)))
      if (callers !== undefined) return pageOfCallers(callers, pageRequest, read)
      if (reference === undefined) return pageOf(await client.send('Scan', scan(pageRequest, tableName)))
      return read({ index: referenceIndex, value: storedReference(reference, pageRequest.issuer) }, pageRequest)
    },
  }
}

function pageOf({ Items = [], LastEvaluatedKey }: Output): StoredPage {
  return { links: Items.map(linkOfItem), next: LastEvaluatedKey && positionOf(LastEvaluatedKey) }
}

/** Where an index has the links of one reference, or of one caller. */
interface Partition {
  readonly index: typeof referenceIndex | typeof callerIndex
  readonly value: string
}

/** Where a query begins, and how much it reads. */
type Part = Pick<ListPageRequest, 'after' | 'limit'>

/** Reads the partitions of a caller one after the other, until there are enough links. */
async function pageOfCallers(
  callers: readonly string[],
  { after, limit }: Part,
  read: (from: Partition, part: Part) => Promise<StoredPage>,
): Promise<StoredPage> {
  const links: Link[] = []
  for (const value of callers.slice(after?.caller === undefined ? 0 : callers.indexOf(after.caller))) {
    const start = value === after?.caller ? after : undefined
    const page = await read({ index: callerIndex, value }, { after: start, limit: limit - links.length })
    links.push(...page.links)
    if (page.next !== undefined || links.length >= limit) return { links, next: page.next ?? links.at(-1) }
  }
  return { links, next: undefined }
}

function scan({ after, limit }: ListPageRequest, tableName: string): Inputs['Scan'] {
  return {
    TableName: tableName,
    Limit: limit,
    ...(after && { ExclusiveStartKey: { id: { S: after.id } } }),
  }
}

function query({ index, value }: Partition, { after, limit }: Part, tableName: string): Inputs['Query'] {
  const { name, partitionKey } = index
  return {
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: `#${partitionKey} = :${partitionKey}`,
    ExpressionAttributeNames: { [`#${partitionKey}`]: partitionKey },
    ExpressionAttributeValues: { [`:${partitionKey}`]: { S: value } },
    ScanIndexForward: false,
    Limit: limit,
    ...(after && { ExclusiveStartKey: keyOf({ index, value }, after) }),
  }
}

/** Makes a position in an index. Its item need not exist any more. */
function keyOf({ index, value }: Partition, { id, issuedAt }: ListPosition): Item {
  assert(issuedAt !== undefined, 'a position in the index has a time')
  const { partitionKey, sortKey } = index
  return { id: { S: id }, [partitionKey]: { S: value }, [sortKey]: { N: String(issuedAt) } }
}

function positionOf(key: Item): ListPosition {
  const id = key['id']?.S
  const issuedAt = key[referenceIndex.sortKey]?.N
  assert(id, 'a page ends at a link')
  return {
    id: id as LinkId,
    issuedAt: issuedAt === undefined ? undefined : (Number(issuedAt) as EpochSeconds),
    caller: key[callerIndex.partitionKey]?.S,
  }
}
