import { assert } from '../../shared/errors.ts'
import { linkOfItem, referenceIndex } from '../../shared/link-item.ts'
import type { LinkId } from '../../shared/link.ts'
import { storedReference } from '../../shared/stored-reference.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { LinkLists, ListPageRequest, ListPosition } from '../ports.ts'
import type { DynamoDB, Inputs, Item } from './dynamodb.ts'

/** Timeout of one call, in milliseconds. A page is 1 MB at most. */
const callMs = 2000

/**
 * Lists links of a DynamoDB global table. Links of one reference are read from the index, all links by a scan, since an
 * index of all links would cost a second write for each (docs/decisions/0017-listing-links.md). Reads are eventually
 * consistent, as those of an index always are.
 */
export function dynamodbLinkLists(tableName: string, dynamodb: DynamoDB): LinkLists {
  return {
    async page(pageRequest, region) {
      const client = dynamodb(region, callMs)
      const { reference } = pageRequest
      const { Items = [], LastEvaluatedKey } =
        reference === undefined
          ? await client.send('Scan', scan(pageRequest, tableName))
          : await client.send('Query', query(storedReference(reference, pageRequest.issuer), pageRequest, tableName))
      return { links: Items.map(linkOfItem), next: LastEvaluatedKey && positionOf(LastEvaluatedKey) }
    },
  }
}

function scan({ after, limit }: ListPageRequest, tableName: string): Inputs['Scan'] {
  return {
    TableName: tableName,
    Limit: limit,
    ...(after && { ExclusiveStartKey: { id: { S: after.id } } }),
  }
}

function query(reference: string, { after, limit }: ListPageRequest, tableName: string): Inputs['Query'] {
  return {
    TableName: tableName,
    IndexName: referenceIndex.name,
    KeyConditionExpression: '#reference = :reference',
    ExpressionAttributeNames: { '#reference': referenceIndex.partitionKey },
    ExpressionAttributeValues: { ':reference': { S: reference } },
    ScanIndexForward: false,
    Limit: limit,
    ...(after && { ExclusiveStartKey: keyOf(reference, after) }),
  }
}

/** Makes a position in the index. Its item need not exist any more. */
function keyOf(reference: string, { id, issuedAt }: ListPosition): Item {
  assert(issuedAt !== undefined, 'a position in the index has a time')
  const { partitionKey, sortKey } = referenceIndex
  return { id: { S: id }, [partitionKey]: { S: reference }, [sortKey]: { N: String(issuedAt) } }
}

function positionOf(key: Item): ListPosition {
  const id = key['id']?.S
  const issuedAt = key[referenceIndex.sortKey]?.N
  assert(id, 'a page ends at a link')
  return { id: id as LinkId, issuedAt: issuedAt === undefined ? undefined : (Number(issuedAt) as EpochSeconds) }
}
