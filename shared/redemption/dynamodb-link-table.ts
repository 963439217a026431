import { draftFields, type LinkItem, linkOfItem, receiptFields } from '../link-item.ts'
import type { ReceiptDraft } from '../link.ts'
import { networksAround } from '../network.ts'
import type { Region } from '../regions.ts'
import { countUpdateOf } from './count-update.ts'
import { cannotNameAddress } from './ipv6-folder.ts'
import type { Attempt, LinkTable, Redemption } from './link-table.ts'
import { createRetryBudget } from './retry-budget.ts'
import { isConditionalCheckFailed, resultOf } from './write-result.ts'

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
