import { QueryCommand, type QueryCommandInput, ScanCommand } from '@aws-sdk/client-dynamodb'
import { assert } from '../../shared/errors.ts'
import { linkOfItem, referenceIndex } from '../../shared/link-item.ts'
import type { LinkId } from '../../shared/link.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { ListPageRequest, LinkLists, ListPosition } from '../ports.ts'
import type { DynamoDB } from './dynamodb.ts'

/** Longest wait for one call. A page is 1 MB at most. */
const callMs = 2000

type Key = NonNullable<QueryCommandInput['ExclusiveStartKey']>

/**
 * Lists of links in a DynamoDB global table: those of one reference by the index, all others by a scan, since an index of
 * everything would cost a second write with every link (docs/decisions/0017-listing-links.md). Reads are eventually
 * consistent, as those of an index always are.
 */
export function dynamodbListings(tableName: string, dynamodb: DynamoDB): LinkLists {
  return {
    async page(listing, region) {
      const at = dynamodb(region, callMs)
      const { reference } = listing
      const { Items = [], LastEvaluatedKey } =
        reference === undefined
          ? await at.send(scan(listing, tableName))
          : await at.send(query(reference, listing, tableName))
      return { links: Items.map(linkOfItem), next: LastEvaluatedKey && placeOf(LastEvaluatedKey) }
    },
  }
}

function scan({ after, limit }: ListPageRequest, tableName: string): ScanCommand {
  return new ScanCommand({
    TableName: tableName,
    Limit: limit,
    ...(after && { ExclusiveStartKey: { id: { S: after.id } } }),
  })
}

function query(reference: string, { after, limit }: ListPageRequest, tableName: string): QueryCommand {
  return new QueryCommand({
    TableName: tableName,
    IndexName: referenceIndex.name,
    KeyConditionExpression: '#reference = :reference',
    ExpressionAttributeNames: { '#reference': referenceIndex.partitionKey },
    ExpressionAttributeValues: { ':reference': { S: reference } },
    ScanIndexForward: false,
    Limit: limit,
    ...(after && { ExclusiveStartKey: keyOf(reference, after) }),
  })
}

/** A place in the index. It need not be that of an item that is there. */
function keyOf(reference: string, { id, issuedAt }: ListPosition): Key {
  assert(issuedAt !== undefined, 'a place in the index has a time')
  const { partitionKey, sortKey } = referenceIndex
  return { id: { S: id }, [partitionKey]: { S: reference }, [sortKey]: { N: String(issuedAt) } }
}

function placeOf(key: Key): ListPosition {
  const [id, issuedAt] = [key['id']?.S, key[referenceIndex.sortKey]?.N]
  assert(id, 'a page ends at a link')
  return { id: id as LinkId, issuedAt: issuedAt === undefined ? undefined : (Number(issuedAt) as EpochSeconds) }
}
