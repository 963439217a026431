import { effectOf, isThrottled } from '../table/effect-of-error.ts'
import { type LinkItem, linkOfItem, unredeemedAttributes } from '../table/link-item.ts'
import { isLocked, type Link, type LinkId, maxUnredeemedCount } from '../link.ts'
import type { Region } from '../regions.ts'
import type { Attempt, FailedAttempt, LinkPlace, LinkTable, Redemption, UnredeemedKind } from './link-table.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'
import type { LinkWrites, RedemptionWrite } from './one-use.ts'
import { requestOf, writesOf } from './writes.ts'

/** The operations of DynamoDB that a redemption needs, named as in its API reference. */
export interface DynamoDB {
  /**
   * Makes one attempt; resolves or rejects within `timeoutMs`. It never repeats a request: only `consume` knows what a
   * lost response means (docs/decisions/0002-delete-versus-receipt.md). Throws for a Region without a replica.
   */
  send(operation: 'DeleteItem' | 'UpdateItem' | 'GetItem', input: object, to: Addressee): Promise<Output>
}

/** The Region of an attempt and its timeout. */
interface Addressee {
  readonly region: Region
  readonly timeoutMs: number
}

/** The item that a write changed or a read found, if there was one. */
interface Output {
  readonly Attributes?: LinkItem
  readonly Item?: LinkItem
}

/**
 * Creates the table of links on a DynamoDB global table. Each request goes to the Region that it names: see
 * link-table.ts.
 */
export function dynamodbLinkTable(tableName: string, dynamodb: DynamoDB): LinkTable {
  const retries = createRetryBudget()
  const send = (write: RedemptionWrite, redemption: Redemption, attempt: Attempt) =>
    dynamodb.send(write.operation, { TableName: tableName, ...requestOf(write, redemption, attempt.now) }, attempt)
  return {
    async tryConsume(redemption, attempt) {
      const { useOf, seen } = await writesOf(redemption)
      return resultOf(send(useOf(redemption), redemption, attempt), {
        kind: 'consumed',
        retries,
        seen: link => seen(link, redemption),
        id: redemption.id,
      })
    },
    async tryReserve(redemption, attempt) {
      const { reserveTry, seen } = await writesOf(redemption)
      return resultOf(send(reserveTry, redemption, attempt), {
        kind: 'reserved',
        retries,
        // If the link is locked, no answer may tell the right passphrase from a wrong one.
        seen: link => (isLocked(link) ? link : seen(link, redemption)),
        id: redemption.id,
      })
    },
    async exists(id, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', input, attempt)
      return Item !== undefined
    },
    async inspect(link, countedAs, attempt) {
      const { seen, countedWhen } = await writesOf(link)
      const input = { TableName: tableName, Key: keyOf(link.id), ConsistentRead: true }
      const update =
        typeof countedAs === 'string'
          ? countUpdateOf(link, countedAs, { ...attempt, when: countedWhen(countedAs, link) })
          : countedAs?.(link, attempt)
      const { Item, Attributes } =
        update === undefined
          ? await dynamodb.send('GetItem', input, attempt)
          : await itemOfCount(dynamodb.send('UpdateItem', { TableName: tableName, ...update }, attempt))
      const found = Item ?? Attributes
      return found && seen(linkOfItem(found), link)
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

function keyOf(id: string) {
  return { id: { S: id } }
}

/**
 * Returns the update that counts a request: on a live link, or on a used one if its use was refused; several uses leave it live. It may
 * arrive late or twice: without its condition it would create an item in place of a deleted link. It changes the count and its time
 * alone. Yet in mode `home` a write replaces the whole item in other Regions: outside of the home, a late one could undo a use or a
 * revocation.
 */
function countUpdateOf(
  { id, homeRegion }: LinkPlace,
  kind: UnredeemedKind,
  { now, when }: Attempt & { readonly when: ReturnType<LinkWrites['countedWhen']> },
) {
  return {
    Key: { id: { S: id } },
    UpdateExpression: 'SET #lastAt = :now, #count = if_not_exists(#count, :zero) + :one',
    ConditionExpression: `#home = :home AND #state = :state AND (attribute_not_exists(#count) OR #count < :max)${when.text}`,
    ExpressionAttributeNames: {
      '#home': 'homeRegion',
      '#state': 'state',
      '#count': unredeemedAttributes[kind],
      '#lastAt': unredeemedAttributes.lastAt,
      ...when.names,
    },
    ExpressionAttributeValues: {
      ':home': { S: homeRegion },
      ':now': { N: String(now) },
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':max': { N: String(maxUnredeemedCount) },
      ':state': { S: when.state },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

/** Reads the result of a conditional write of link `id`: `kind` if it succeeded. Rejects for an item that is not a link. */
async function resultOf<Success extends string>(
  writing: Promise<{ readonly Attributes?: LinkItem }>,
  {
    id,
    kind,
    retries,
    seen,
  }: { readonly id: LinkId; readonly kind: Success; readonly retries: RetryBudget; seen(link: Link): Link },
): Promise<{ readonly kind: Success; readonly link: Link } | FailedAttempt> {
  try {
    const { Attributes } = await writing
    retries.earn()
    // A write that met our condition returns this item. Without it, or with another, the response is not to our write.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind, link: seen(link) } : { kind: 'unknown-effect' }
  } catch (error) {
    if (isConditionalCheckFailed(error)) {
      retries.earn()
      return { kind: 'condition-failed', found: error.Item && seen(linkOfItem(error.Item)) }
    }
    if (isThrottled(error) && !retries.spend()) return { kind: 'overloaded' }
    const effect = effectOf(error)
    if (effect === 'none-not-retryable') return { kind: 'not-retryable', cause: error }
    return effect === 'none' ? { kind: 'no-effect' } : { kind: 'unknown-effect' }
  }
}

/** Returns whether a condition failed; the error has the item that the write found, if there was one. */
function isConditionalCheckFailed(error: unknown): error is Error & { readonly Item?: LinkItem } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}
