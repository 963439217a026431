import { ttlAttribute } from '../../shared/table/link-item.ts'
import type { LinkId } from '../../shared/link.ts'
import type { Region } from '../../shared/regions.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { ExpiredItems } from '../ports.ts'
import { type DynamoDB, ifConditionFailed, type Item, type Output } from './dynamodb.ts'

/** Timeout of one call, in milliseconds. A page of a scan is 1 MB at most. */
const callMs = 5000

const due = { ConditionExpression: '#purgeAt <= :now', names: { '#purgeAt': ttlAttribute } }

/** Finds and deletes expired items of a DynamoDB table, through its replica in `region`. */
export function dynamodbExpiredItems(tableName: string, dynamodb: DynamoDB, region: Region): ExpiredItems {
  const at = () => dynamodb(region, callMs)
  const values = (now: EpochSeconds) => ({ ':now': { N: String(now) } })
  return {
    async *find(segment, segments, now) {
      let start: Item | undefined
      do {
        const page = {
          TableName: tableName,
          Segment: segment,
          TotalSegments: segments,
          ExclusiveStartKey: start,
          ProjectionExpression: '#id',
          FilterExpression: due.ConditionExpression,
          ExpressionAttributeNames: { ...due.names, '#id': 'id' },
          ExpressionAttributeValues: values(now),
        }
        const { Items = [], LastEvaluatedKey }: Output = await at().send('Scan', page)
        yield Items.map(item => item['id']?.S as LinkId)
        start = LastEvaluatedKey
      } while (start !== undefined)
    },
    async purge(id, now) {
      const deletion = {
        TableName: tableName,
        Key: { id: { S: id } },
        ConditionExpression: due.ConditionExpression,
        ExpressionAttributeNames: due.names,
        ExpressionAttributeValues: values(now),
      }
      const deleted = await at()
        .send('DeleteItem', deletion)
        .catch(ifConditionFailed(() => undefined))
      return deleted !== undefined // or else another sweep deleted it
    },
  }
}
