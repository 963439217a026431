import { type ClientConfig, dynamodbClient } from '../../../shared/aws/aws-json-client.ts'
import { repeated } from '../../../shared/aws/repeated.ts'
import { deliveryOfItem, type DeliveryItem, itemOfDelivery } from '../../../shared/delivery/item.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { plainReference } from '../../../shared/table/stored-reference.ts'
import type { DeliveryStore, LinkReader } from '../ports.ts'

/** Timeouts in milliseconds: of one attempt, and of one call with all its attempts. */
const attemptMs = 3000
const callMs = 10_000

/** The table of deliveries. */
export interface DeliveriesTable {
  readonly name: string
  /** Seconds for which a delivery stays after its last response. */
  readonly keepSeconds: number
}

/** Keeps deliveries in a table of the Region that `config` names. */
export function dynamodbDeliveries({ name, keepSeconds }: DeliveriesTable, config: ClientConfig): DeliveryStore {
  const send = repeating(config)
  return {
    async find(id) {
      const output = await send('GetItem', { TableName: name, Key: { id: { S: id } }, ConsistentRead: true })
      const { Item } = output as { readonly Item?: DeliveryItem }
      return Item && deliveryOfItem(Item)
    },
    async write(delivery) {
      const before = delivery.version - 1
      const condition = before === 0 ? 'attribute_not_exists(id)' : 'version = :before'
      const input = {
        TableName: name,
        Item: itemOfDelivery(delivery, plusSeconds(delivery.facts.lastAt, keepSeconds)),
        ConditionExpression: condition,
        ...(before > 0 && { ExpressionAttributeValues: { ':before': { N: String(before) } } }),
      }
      return send('PutItem', input).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
          throw error
        },
      )
    },
  }
}

/** Reads links in the replica of the Region that `config` names. */
export function dynamodbLinks(TableName: string, config: ClientConfig): LinkReader {
  const send = repeating(config)
  return {
    async find(id, use) {
      const used = use === undefined ? 'redeemedAt' : 'uses'
      const projection = {
        ProjectionExpression: `#notify, #reference, #issuer, #${used}`,
        ExpressionAttributeNames: {
          '#notify': 'notify',
          '#reference': 'reference',
          '#issuer': 'issuer',
          [`#${used}`]: used,
        },
      }
      const output = await send('GetItem', { TableName, Key: { id: { S: id } }, ...projection })
      const { Item } = output as {
        readonly Item?: Readonly<Record<string, { readonly S?: string; readonly M?: object }>>
      }
      const { notify, reference: stored, issuer, redeemedAt, uses } = Item ?? {}
      const isUsed =
        use === undefined ? redeemedAt !== undefined : Object.keys(uses?.M ?? {}).some(id => id.startsWith(use))
      const reference = plainReference({
        ...(stored?.S !== undefined && { reference: stored.S }),
        ...(issuer?.S !== undefined && { issuer: issuer.S }),
      })
      const names = {
        ...(notify?.S !== undefined && { notify: notify.S }),
        ...(reference !== undefined && { reference }),
      }
      return { names, isUnused: Item !== undefined && !isUsed }
    },
  }
}

/**
 * Returns a function that sends a request, up to three times if it may help. A write whose answer was lost may have happened: then the
 * next one fails by its condition, which is as if another run had written.
 */
function repeating(config: ClientConfig) {
  const client = dynamodbClient(config)
  return (operation: string, input: object): Promise<object> =>
    repeated(callMs, leftMs => client.call(operation, input, Math.min(attemptMs, leftMs)))
}
