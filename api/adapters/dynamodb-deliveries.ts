import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { deliveryOfItem } from '../../shared/delivery/item.ts'
import type { Deliveries } from '../ports.ts'
import { dynamodbAt } from './dynamodb.ts'

/** Timeout of the only attempt, in milliseconds: a link is shown without its delivery rather than late. */
const callMs = 1500

/** Reads deliveries in the table of the Region that `config` names. */
export function dynamodbDeliveries(tableName: string, config: ClientConfig): Deliveries {
  const dynamodb = dynamodbAt(config)
  return {
    async find(id) {
      const { Item } = await dynamodb(callMs).send('GetItem', { TableName: tableName, Key: { id: { S: id } } })
      return Item && deliveryOfItem(Item).facts
    },
  }
}
