import { effectOf } from '../../shared/effect-of-error.ts'
import type { LinkId, ReceiptDraft } from '../../shared/link.ts'
import { type LinkItem, linkOfItem } from '../../shared/link-item.ts'
import { networksAround } from '../../shared/network.ts'
import type { Attempt, LinkTable, Redemption, TakeAnswer } from '../ports.ts'
import type { DynamoDB, Output } from './dynamodb.ts'

/** Links in a DynamoDB global table. Every request goes to the Region it names and to no other: see ports.ts. */
export function dynamodbLinkTable(tableName: string, dynamodb: DynamoDB): LinkTable {
  return {
    async take(redemption, attempt) {
      const { id, receipt } = redemption
      const of = { TableName: tableName, Key: keyOf(id), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
      if (receipt === undefined) {
        const input = { ...of, ...deletable(redemption, attempt), ReturnValues: 'ALL_OLD' }
        return answerAbout(id, dynamodb.send('DeleteItem', input, attempt))
      }
      const input = { ...of, ...usable(redemption, receipt, attempt), ReturnValues: 'ALL_NEW' }
      return answerAbout(id, dynamodb.send('UpdateItem', input, attempt))
    },
    async holds(id, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', input, attempt)
      return Item !== undefined
    },
  }
}

async function answerAbout(id: LinkId, writing: Promise<Output>): Promise<TakeAnswer> {
  try {
    const { Attributes } = await writing
    // A write that met our condition had this item to return: without it, or with another, it is no answer to ours.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind: 'taken', link } : { kind: 'ambiguous' }
  } catch (error) {
    if (isConditionalCheckFailed(error)) return { kind: 'not-taken', found: error.Item && linkOfItem(error.Item) }
    const effect = effectOf(error)
    if (effect === 'none-and-hopeless') return { kind: 'barred', cause: error }
    return { kind: effect === 'none' ? 'no-effect' : 'ambiguous' }
  }
}

function isConditionalCheckFailed(error: unknown): error is Error & { readonly Item?: LinkItem } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/** What every link must be. `now` is the edge's: DynamoDB's TTL may be days late, so we look at the expiry ourselves. */
function redeemable({ homeRegion, bound, viewer }: Redemption, { now }: Attempt) {
  const networks = bound ? networksAround(viewer).map((network, index) => [`:network${index}`, network] as const) : []
  return {
    clauses: [
      'attribute_exists(#id)',
      '#expiresAt > :now',
      '(attribute_not_exists(#notBefore) OR #notBefore <= :now)',
      '#homeRegion = :home',
      bound ? `#network IN (${networks.map(([name]) => name).join(', ')})` : 'attribute_not_exists(#network)',
    ],
    names: ['id', 'expiresAt', 'notBefore', 'homeRegion', 'network'],
    values: {
      ':now': { N: String(now) },
      ':home': { S: homeRegion },
      ...Object.fromEntries(networks.map(([name, network]) => [name, { S: network }])),
    },
  }
}

function deletable(redemption: Redemption, attempt: Attempt) {
  const { clauses, names, values } = redeemable(redemption, attempt)
  return {
    ConditionExpression: [...clauses, 'attribute_not_exists(#state)'].join(' AND '),
    ExpressionAttributeNames: placeholders([...names, 'state']),
    ExpressionAttributeValues: values,
  }
}

/** A repeat with the same redemption id meets the condition too, and finds its own receipt unchanged. */
function usable(redemption: Redemption, receipt: ReceiptDraft, attempt: Attempt) {
  const { clauses, names, values } = redeemable(redemption, attempt)
  const drafted = Object.keys(receipt)
  return {
    ConditionExpression: [...clauses, '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))'].join(
      ' AND ',
    ),
    UpdateExpression: `SET ${[
      '#state = :used',
      '#redeemedAt = if_not_exists(#redeemedAt, :now)',
      '#urlExpiresAt = if_not_exists(#redeemedAt, :now) + #urlSeconds',
      ...drafted.map(name => `#${name} = if_not_exists(#${name}, :${name})`),
    ].join(', ')}`,
    ExpressionAttributeNames: placeholders([...names, ...drafted, 'state', 'redeemedAt', 'urlExpiresAt', 'urlSeconds']),
    ExpressionAttributeValues: {
      ...values,
      ':live': { S: 'live' },
      ':used': { S: 'used' },
      ...Object.fromEntries(Object.entries(receipt).map(([name, value]) => [`:${name}`, { S: String(value) }])),
    },
  }
}

function keyOf(id: string) {
  return { id: { S: id } }
}

/** Many a plain word is reserved in DynamoDB, so all names go by placeholder. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}
