import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { effectOf } from '../../shared/effect-of-error.ts'
import type { ReceiptDraft } from '../../shared/link.ts'
import { linkOfItem } from '../../shared/link-item.ts'
import { networksAround } from '../../shared/network.ts'
import type { Attempt, LinkTable, Redemption, TakeAnswer } from '../ports.ts'
import type { DynamoDB } from './dynamodb.ts'

/** Links in a DynamoDB global table. Every request goes to the Region it names and to no other: see ports.ts. */
export function dynamodbLinkTable(tableName: string, dynamodb: DynamoDB): LinkTable {
  return {
    async take(redemption, attempt) {
      const { receipt } = redemption
      const of = (condition: Condition) => ({ TableName: tableName, Key: keyOf(redemption.id), ...condition })
      const command =
        receipt === undefined
          ? new DeleteItemCommand({ ...of(deletable(redemption, attempt)), ReturnValues: 'ALL_OLD' })
          : new UpdateItemCommand({ ...of(usable(redemption, receipt, attempt)), ReturnValues: 'ALL_NEW' })
      return answerTo(command, dynamodb(attempt.region, attempt.timeoutMs))
    },
    async holds(id, { region, timeoutMs }) {
      const read = new GetItemCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true })
      const { Item } = await dynamodb(region, timeoutMs).send(read)
      return Item !== undefined
    },
  }
}

async function answerTo(command: DeleteItemCommand | UpdateItemCommand, at: ReturnType<DynamoDB>): Promise<TakeAnswer> {
  try {
    const { Attributes } = await at.send(command)
    if (Attributes === undefined) return { kind: 'ambiguous' } // a write that met our condition had an item to return
    return { kind: 'taken', link: linkOfItem(Attributes) }
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { kind: 'not-taken', found: error.Item && linkOfItem(error.Item) }
    }
    const effect = effectOf(error)
    if (effect === 'none-and-hopeless') return { kind: 'barred', cause: error }
    return { kind: effect === 'none' ? 'no-effect' : 'ambiguous' }
  }
}

type Condition = Pick<
  DeleteItemCommandInput,
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ReturnValuesOnConditionCheckFailure'
>

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

function deletable(redemption: Redemption, attempt: Attempt): Condition {
  const { clauses, names, values } = redeemable(redemption, attempt)
  return {
    ConditionExpression: [...clauses, 'attribute_not_exists(#state)'].join(' AND '),
    ExpressionAttributeNames: placeholders([...names, 'state']),
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
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
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
}

function keyOf(id: string) {
  return { id: { S: id } }
}

/** Many a plain word is reserved in DynamoDB, so all names go by placeholder. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}
