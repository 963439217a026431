import { effectOf, isThrottled } from '../effect-of-error.ts'
import { draftFields, type LinkItem, linkOfItem, receiptFields, unredeemedAttributes } from '../link-item.ts'
import { type Link, type LinkId, maxUnredeemedCount, type ReceiptDraft } from '../link.ts'
import { networksAround } from '../network.ts'
import type { Region } from '../regions.ts'
import { cannotNameAddress } from './ipv6-folder.ts'
import type { Attempt, FailedAttempt, LinkPlace, LinkTable, Redemption, UnredeemedKind } from './link-table.ts'
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
  return {
    async tryConsume(redemption, attempt) {
      const { id, receipt } = redemption
      const input = { TableName: tableName, ...writeOf(redemption, attempt) }
      const operation = receipt === undefined ? 'DeleteItem' : 'UpdateItem'
      return resultOf(dynamodb.send(operation, input, attempt), { id, kind: 'consumed', retries })
    },
    async tryReserve(redemption, attempt) {
      const input = { TableName: tableName, ...writeOf(redemption, attempt, reservation) }
      return resultOf(dynamodb.send('UpdateItem', input, attempt), { id: redemption.id, kind: 'reserved', retries })
    },
    async exists(id, attempt) {
      const input = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', input, attempt)
      return Item !== undefined
    },
    async inspect(link, countedAs, attempt) {
      const input = { TableName: tableName, Key: keyOf(link.id), ConsistentRead: true }
      const { Item, Attributes } =
        countedAs === undefined
          ? await dynamodb.send('GetItem', input, attempt)
          : await itemOfCount(
              dynamodb.send(
                'UpdateItem',
                { TableName: tableName, ...countUpdateOf(link, countedAs, attempt) },
                attempt,
              ),
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
 * Conditions that hold for every redeemable link. DynamoDB's TTL may be days late, so they check the expiry; `:now` is ours.
 */
const redeemable = [
  'attribute_exists(#id)',
  '#expiresAt > :now',
  '(attribute_not_exists(#notBefore) OR #notBefore <= :now)',
  '#homeRegion = :home',
]

/** CloudFront can't bind the cookies of a folder to an IPv6 address. */
const unboundOrFile = '(#bind = :none OR attribute_not_exists(#media) OR #media = :object)'

const conditionNames = ['id', 'expiresAt', 'notBefore', 'homeRegion', 'network', 'bind', 'state']

/** Without a receipt, the link is deleted. */
const deletion = {
  condition: 'attribute_not_exists(#state)',
  names: conditionNames,
  effect: { ReturnValues: 'ALL_OLD' },
}

/**
 * A repeat with the same redemption id meets the condition too, and changes nothing of the receipt. It fails once the link
 * is revoked, though its redemption id stays (docs/decisions/0022-revoked-after-use.md).
 */
const updateToUsed = {
  condition: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
  names: [...conditionNames, ...receiptFields, 'urlSeconds'],
  effect: {
    UpdateExpression: `SET ${[
      '#state = :used',
      '#redeemedAt = if_not_exists(#redeemedAt, :now)',
      '#urlExpiresAt = if_not_exists(#redeemedAt, :now) + #urlSeconds',
      ...draftFields.map(name => `#${name} = if_not_exists(#${name}, :${name})`),
    ].join(', ')}`,
    ReturnValues: 'ALL_NEW',
  },
}

/** Of a link with a passphrase: the client that used it comes back without the passphrase. */
const repeat = { ...updateToUsed, condition: '#redemptionId = :redemptionId AND #state = :used' }

/** A try is reserved on a live link only: without the condition that it exists, a late reservation would create an item. */
const reservation = {
  condition: 'attribute_exists(#passphraseHash) AND #tries < #maxTries',
  names: [...conditionNames, 'passphraseHash', 'tries', 'maxTries'],
  effect: { UpdateExpression: 'SET #tries = #tries + :one', ReturnValues: 'ALL_NEW' },
}

const one: LinkItem = { ':one': { N: '1' } }

/**
 * Returns the one conditional write of a redemption, or the one that reserves its try. DynamoDB rejects names and values that no
 * expression uses.
 */
function writeOf(
  { id, homeRegion, bound, viewer, binds, receipt, passphraseHash, repeatOnly, scope }: Redemption,
  { now }: Attempt,
  reserves?: typeof reservation,
) {
  const { condition, names, effect } =
    reserves ?? (repeatOnly ? repeat : receipt === undefined ? deletion : updateToUsed)
  const conditions = [...redeemable, condition]
  const values: LinkItem = { ':now': { N: String(now) }, ':home': { S: homeRegion } }
  const requireOneOf = (name: string, list: readonly string[]) => {
    for (const [index, value] of list.entries()) values[`:${name}${index}`] = { S: value }
    conditions.push(`#${name} IN (${list.map((_, index) => `:${name}${index}`).join(', ')})`)
  }
  // For a bound link without a viewer the list is empty, and DynamoDB rejects the request.
  if (bound) requireOneOf('network', viewer === undefined ? [] : networksAround(viewer))
  else conditions.push('attribute_not_exists(#network)')
  requireOneOf('bind', binds)
  if (reserves && receipt) requireOneOf('state', ['live'])
  else if (reserves) conditions.push(deletion.condition)
  else if (passphraseHash) requireOneOf('passphraseHash', [passphraseHash])
  const checksFolder = cannotNameAddress({ binds, viewer })
  if (checksFolder) {
    conditions.push(unboundOrFile)
    Object.assign(values, { ':none': { S: 'none' }, ':object': { S: 'object' } })
  }
  if (scope !== undefined) conditions.push(...scope.clauses)
  const more = reserves ? one : receipt && valuesOfReceipt(receipt, repeatOnly)
  return {
    Key: keyOf(id),
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: {
      ...placeholders(checksFolder ? [...names, 'media'] : names),
      ...(passphraseHash && { '#passphraseHash': 'passphraseHash' }),
      ...scope?.names,
    },
    ExpressionAttributeValues: { ...values, ...more, ...scope?.values },
    ...effect,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

function valuesOfReceipt(receipt: ReceiptDraft, isRepeat?: true): LinkItem {
  const values: LinkItem = { ...(!isRepeat && { ':live': { S: 'live' } }), ':used': { S: 'used' } }
  for (const name of draftFields) values[`:${name}`] = { S: receipt[name] }
  return values
}

function keyOf(id: string) {
  return { id: { S: id } }
}

/** Returns placeholders for attribute names: DynamoDB reserves many plain words. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}

/**
 * Returns the update that counts a request: on a live link, or on a used one if its use was refused. It may arrive late or
 * twice: without its condition it would create an item in place of a deleted link. It changes the count and its time alone. Yet in
 * mode `home` a write replaces the whole item in other Regions: outside of the home, a late one could undo a use or a revocation.
 */
function countUpdateOf({ id, homeRegion }: LinkPlace, kind: UnredeemedKind, { now }: Attempt) {
  return {
    Key: { id: { S: id } },
    UpdateExpression: 'SET #lastAt = :now, #count = if_not_exists(#count, :zero) + :one',
    ConditionExpression: '#home = :home AND #state = :state AND (attribute_not_exists(#count) OR #count < :max)',
    ExpressionAttributeNames: {
      '#home': 'homeRegion',
      '#state': 'state',
      '#count': unredeemedAttributes[kind],
      '#lastAt': unredeemedAttributes.lastAt,
    },
    ExpressionAttributeValues: {
      ':home': { S: homeRegion },
      ':now': { N: String(now) },
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':max': { N: String(maxUnredeemedCount) },
      ':state': { S: kind === 'refusedAfterUse' ? 'used' : 'live' },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

/** Reads the result of a conditional write of link `id`: `kind` if it succeeded. Rejects for an item that is not a link. */
async function resultOf<Kind extends string>(
  writing: Promise<{ readonly Attributes?: LinkItem }>,
  { id, kind, retries }: { readonly id: LinkId; readonly kind: Kind; readonly retries: RetryBudget },
): Promise<{ readonly kind: Kind; readonly link: Link } | FailedAttempt> {
  try {
    const { Attributes } = await writing
    retries.earn()
    // A write that met our condition returns this item. Without it, or with another, the response is not to our write.
    const link = Attributes && linkOfItem(Attributes)
    return link?.id === id ? { kind, link } : { kind: 'unknown-effect' }
  } catch (error) {
    if (isConditionalCheckFailed(error)) {
      retries.earn()
      return { kind: 'condition-failed', found: error.Item && linkOfItem(error.Item) }
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
