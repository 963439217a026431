import { unredeemedAttributes } from '../link-item.ts'
import { maxUnredeemedCount } from '../link.ts'
import type { Attempt, LinkPlace, UnredeemedKind } from './link-table.ts'

/**
 * Returns the update that counts a request: on a live link, or on a used one if its use was refused. It may arrive late or
 * twice: without its condition it would create an item in place of a deleted link. It changes the count and its time alone. Yet in
 * mode `home` a write replaces the whole item in other Regions: outside of the home, a late one could undo a use or a revocation.
 */
export function countUpdateOf({ id, homeRegion }: LinkPlace, kind: UnredeemedKind, { now }: Attempt) {
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
