import { draftFields, unredeemedAttributes, type LinkItem, linkOfItem, receiptFields } from '../link-item.ts'
import { type LinkId, maxUnredeemedCount } from '../link.ts'
import { type Ipv4, networksAround } from '../network.ts'
import type { Region } from '../regions.ts'
import { effectOf, isThrottled } from './effect-of-error.ts'
import type { Attempt, UnredeemedKind, LinkTable, Redemption, ConsumeAttemptResult } from './link-table.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'

/** The operations of DynamoDB that a redemption needs, named as in its API reference. */
export interface DynamoDB {
  /**
   * Makes one attempt; resolves or rejects within `timeoutMs`. It never repeats a request: only `consume` knows what a
   * lost response means (docs/decisions/0002-delete-versus-receipt.md). Throws for a Region without a replica.
   */
  send(operation: 'DeleteItem' | 'UpdateItem' | 'GetItem', input: object, to: Addressee): Promise<Output>
}

/** The Region of an attempt and its timeout. */
export interface Addressee {
  readonly region: Region
  readonly timeoutMs: number
}

/** The item that a write changed or a read found, if there was one. */
export interface Output {
  readonly Attributes?: LinkItem
  readonly Item?: LinkItem
}

/**
 * Creates the table of links on a DynamoDB global table. Each request goes to the Region that it names: see
 * link-table.ts.
 */
export function dynamodbLinkTable(tableName: string, dynamodb: DynamoDB): LinkTable {
  const retries = createRetryBudget()
  return {
    async tryConsume(redemption, attempt) {
      const { id, bound, receipt } = redemption
      const input = {
        TableName: tableName,
        Key: keyOf(id),
        ...(receipt === undefined ? deletion(bound) : updateToUsed(bound)),
        ExpressionAttributeValues: valuesOf(redemption, attempt),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }
      const operation = receipt === undefined ? 'DeleteItem' : 'UpdateItem'
      return resultOf(id, dynamodb.send(operation, input, attempt), retries)
    },
    async exists(id, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', input, attempt)
      return Item !== undefined
    },
    async inspect(id, countedAs, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item, Attributes } =
        countedAs === undefined
          ? await dynamodb.send('GetItem', input, attempt)
          : await itemOfCount(
              dynamodb.send('UpdateItem', { TableName: tableName, ...incrementOf(id, countedAs, attempt) }, attempt),
            )
      const found = Item ?? Attributes
      return found && linkOfItem(found)
    },
  }
}

/** Returns the item that a count found, also if the link can't be counted. */
async function itemOfCount(writing: Promise<Output>): Promise<Output> {
  return writing.catch((error: unknown) => {
    if (!isConditionalCheckFailed(error)) throw error
    return error.Item === undefined ? {} : { Item: error.Item }
  })
}

/**
 * Returns the update that counts a request. It may arrive late or twice: without its condition it would create an item
 * in place of a deleted link.
 */
function incrementOf(id: LinkId, kind: UnredeemedKind, { now }: Attempt) {
  return {
    Key: keyOf(id),
    UpdateExpression: 'SET #lastAt = :now, #count = if_not_exists(#count, :zero) + :one',
    ConditionExpression: 'attribute_exists(#id) AND #state = :live AND (attribute_not_exists(#count) OR #count < :max)',
    ExpressionAttributeNames: {
      '#id': 'id',
      '#state': 'state',
      '#count': unredeemedAttributes[kind],
      '#lastAt': unredeemedAttributes.lastAt,
    },
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':max': { N: String(maxUnredeemedCount) },
      ':live': { S: 'live' },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

/** Reads the result of a conditional write of link `id`. */
async function resultOf(id: LinkId, writing: Promise<Output>, retries: RetryBudget): Promise<ConsumeAttemptResult> {
  try {
    const { Attributes } = await writing
    retries.earn()
    // A write that met our condition returns this item. Without it, or with another, the response is not to our write.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind: 'consumed', link } : { kind: 'unknown-effect' }
  } catch (error) {
    if (isConditionalCheckFailed(error)) {
      retries.earn()
      return { kind: 'condition-failed', found: error.Item && linkOfItem(error.Item) }
    }
    if (isThrottled(error) && !retries.spend()) return { kind: 'overloaded' }
    const effect = effectOf(error)
    if (effect === 'none-not-retryable') return { kind: 'not-retryable', cause: error }
    return { kind: effect === 'none' ? 'no-effect' : 'unknown-effect' }
  }
}

function isConditionalCheckFailed(error: unknown): error is Error & { readonly Item?: LinkItem } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/** Makes a request's input once for links that are bound to a network and once for all others. */
function forBoundAndUnbound<T>(make: (bound: boolean) => T): (bound: boolean) => T {
  const [bound, unbound] = [make(true), make(false)]
  return isBound => (isBound ? bound : unbound)
}

/** Placeholders for the networks around an address. */
const networkValues = networksAround(0 as Ipv4).map((_, index) => `:network${index}`)

/**
 * Conditions that hold for every redeemable link. DynamoDB's TTL may be days late, so they check the expiry; `:now` is
 * ours.
 */
const redeemable = (bound: boolean) => [
  'attribute_exists(#id)',
  '#expiresAt > :now',
  '(attribute_not_exists(#notBefore) OR #notBefore <= :now)',
  '#homeRegion = :home',
  bound ? `#network IN (${networkValues.join(', ')})` : 'attribute_not_exists(#network)',
]
const conditionNames = ['id', 'expiresAt', 'notBefore', 'homeRegion', 'network', 'state']

const deletion = forBoundAndUnbound(bound => ({
  ConditionExpression: [...redeemable(bound), 'attribute_not_exists(#state)'].join(' AND '),
  ExpressionAttributeNames: placeholders(conditionNames),
  ReturnValues: 'ALL_OLD',
}))

/**
 * A repeat with the same redemption id meets the condition too, and changes nothing of the receipt. It fails once the link
 * is revoked, though its redemption id stays (docs/decisions/0022-revoked-after-use.md).
 */
const updateToUsed = forBoundAndUnbound(bound => ({
  ConditionExpression: [
    ...redeemable(bound),
    '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
  ].join(' AND '),
  UpdateExpression: `SET ${[
    '#state = :used',
    '#redeemedAt = if_not_exists(#redeemedAt, :now)',
    '#urlExpiresAt = if_not_exists(#redeemedAt, :now) + #urlSeconds',
    ...draftFields.map(name => `#${name} = if_not_exists(#${name}, :${name})`),
  ].join(', ')}`,
  ExpressionAttributeNames: placeholders([...conditionNames, ...receiptFields, 'urlSeconds']),
  ReturnValues: 'ALL_NEW',
}))

function valuesOf({ homeRegion, bound, viewer, receipt }: Redemption, { now }: Attempt): LinkItem {
  const values: LinkItem = { ':now': { N: String(now) }, ':home': { S: homeRegion } }
  // For a bound link without a viewer the condition lacks its values, and DynamoDB rejects the request.
  const networks = bound && viewer !== undefined ? networksAround(viewer) : []
  for (const [index, network] of networks.entries()) values[`:network${index}`] = { S: network }
  if (receipt === undefined) return values
  for (const name of draftFields) values[`:${name}`] = { S: receipt[name] }
  return { ...values, ':live': { S: 'live' }, ':used': { S: 'used' } }
}

function keyOf(id: string) {
  return { id: { S: id } }
}

/** Returns placeholders for attribute names: DynamoDB reserves many plain words. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}
