import { draftFields, unredeemedAttributes, type LinkItem, linkOfItem, receiptFields } from '../link-item.ts'
import { type LinkId, maxUnredeemedCount } from '../link.ts'
import { type Ipv4, networksAround } from '../network.ts'
import type { Region } from '../regions.ts'
import { effectOf } from './effect-of-error.ts'
import type { Attempt, UnredeemedKind, LinkTable, Redemption, ConsumeAttemptResult } from './link-table.ts'

/** What redeeming asks of DynamoDB, in the words of its API reference. */
export interface DynamoDB {
  /**
   * One attempt, answered within `timeoutMs` or rejected: what a repeat may do is decided where it is known what a lost
   * answer means (docs/decisions/0002-delete-versus-receipt.md). Throws for a Region without a replica.
   */
  send(operation: 'DeleteItem' | 'UpdateItem' | 'GetItem', input: object, to: Addressee): Promise<Output>
}

/** Which Region, and how long it may take. */
export interface Addressee {
  readonly region: Region
  readonly timeoutMs: number
}

/** The item that a write changed, or that was read, if there was one. */
export interface Output {
  readonly Attributes?: LinkItem
  readonly Item?: LinkItem
}

/** Links in a DynamoDB global table. Every request goes to the Region it names and to no other: see link-table.ts. */
export function dynamodbLinkTable(tableName: string, dynamodb: DynamoDB): LinkTable {
  return {
    async tryConsume(redemption, attempt) {
      const { id, bound, receipt } = redemption
      const input = {
        TableName: tableName,
        Key: keyOf(id),
        ...(receipt === undefined ? deletion(bound) : use(bound)),
        ExpressionAttributeValues: valuesOf(redemption, attempt),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }
      return answerAbout(id, dynamodb.send(receipt === undefined ? 'DeleteItem' : 'UpdateItem', input, attempt))
    },
    async exists(id, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', input, attempt)
      return Item !== undefined
    },
    async inspect(id, hold, attempt) {
      const read = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item, Attributes } =
        hold === undefined
          ? await dynamodb.send('GetItem', read, attempt)
          : await counted(
              dynamodb.send('UpdateItem', { TableName: tableName, ...counting(id, hold, attempt) }, attempt),
            )
      const found = Item ?? Attributes
      return found && linkOfItem(found)
    },
  }
}

/** A link that isn't counted any more is found all the same. */
async function counted(writing: Promise<Output>): Promise<Output> {
  return writing.catch((error: unknown) => {
    if (!isConditionalCheckFailed(error)) throw error
    return error.Item === undefined ? {} : { Item: error.Item }
  })
}

/** Without the condition it would make an item of its own where a link was deleted. It may come late, or twice. */
function counting(id: LinkId, hold: UnredeemedKind, { now }: Attempt) {
  return {
    Key: keyOf(id),
    UpdateExpression: 'SET #lastAt = :now, #hold = if_not_exists(#hold, :none) + :one',
    ConditionExpression: 'attribute_exists(#id) AND #state = :live AND (attribute_not_exists(#hold) OR #hold < :most)',
    ExpressionAttributeNames: {
      '#id': 'id',
      '#state': 'state',
      '#hold': unredeemedAttributes[hold],
      '#lastAt': unredeemedAttributes.lastAt,
    },
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':none': { N: '0' },
      ':one': { N: '1' },
      ':most': { N: String(maxUnredeemedCount) },
      ':live': { S: 'live' },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

async function answerAbout(id: LinkId, writing: Promise<Output>): Promise<ConsumeAttemptResult> {
  try {
    const { Attributes } = await writing
    // A write that met our condition had this item to return: without it, or with another, it is no answer to ours.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind: 'consumed', link } : { kind: 'unknown-effect' }
  } catch (error) {
    if (isConditionalCheckFailed(error))
      return { kind: 'condition-failed', found: error.Item && linkOfItem(error.Item) }
    const effect = effectOf(error)
    if (effect === 'none-not-retryable') return { kind: 'not-retryable', cause: error }
    return { kind: effect === 'none' ? 'no-effect' : 'unknown-effect' }
  }
}

function isConditionalCheckFailed(error: unknown): error is Error & { readonly Item?: LinkItem } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/** What is asked for links that are bound to a network and for all others, made once each. */
function forBoundAndUnbound<T>(make: (bound: boolean) => T): (bound: boolean) => T {
  const [bound, unbound] = [make(true), make(false)]
  return isBound => (isBound ? bound : unbound)
}

/** As many as there are networks around an address. */
const networkValues = networksAround(0 as Ipv4).map((_, index) => `:network${index}`)

/** What every link must be. `:now` is the edge's: DynamoDB's TTL may be days late, so we look at the expiry ourselves. */
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

/** A repeat with the same redemption id meets the condition too, and finds its own receipt unchanged. */
const use = forBoundAndUnbound(bound => ({
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
  // A bound link without a viewer leaves the condition without its values, and DynamoDB turns it down.
  const networks = bound && viewer !== undefined ? networksAround(viewer) : []
  for (const [index, network] of networks.entries()) values[`:network${index}`] = { S: network }
  if (receipt === undefined) return values
  for (const name of draftFields) values[`:${name}`] = { S: receipt[name] }
  return { ...values, ':live': { S: 'live' }, ':used': { S: 'used' } }
}

function keyOf(id: string) {
  return { id: { S: id } }
}

/** Many a plain word is reserved in DynamoDB, so all names go by placeholder. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}
