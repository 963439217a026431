import type { DynamoDBRecord } from 'aws-lambda'
import type { Link } from '../../../shared/link.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { secondsFromNoon } from './links.ts'

/** One change of an item: before, after, when, and whether DynamoDB's TTL made it. */
export interface Change {
  readonly before?: Link
  readonly after?: Link
  readonly at?: EpochSeconds
  readonly byTtl?: boolean
}

let records = 0

/** Makes the record of a change as Lambda gets it (AWS, "Using AWS Lambda with Amazon DynamoDB"). */
export function recordOf({ before, after, at = secondsFromNoon(60), byTtl = false }: Change): DynamoDBRecord {
  const id = (before ?? after)?.id ?? ''
  records += 1
  return {
    eventID: `event-${records}`,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: at,
      Keys: { id: { S: id } },
      ...(before && { OldImage: itemOfLink(before) }),
      ...(after && { NewImage: itemOfLink(after) }),
      SequenceNumber: String(100_000_000_000_000_000_000n + BigInt(records)),
      SizeBytes: 100,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    ...(byTtl && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
  }
}
