import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { EpochSeconds } from '../../shared/time.ts'
import type { IdempotencyStore, IdempotencyRecord, Counter, IssuedRecord, Quota } from '../ports.ts'

/** Longest wait for one call, retries included; `claim` and `settle` may be repeated without harm. */
const callMs = 2500

/** Remembered answers in a table of the api's own Region. `config` names the Region. */
export function dynamodbIdempotencyStore(tableName: string, config: DynamoDBClientConfig): IdempotencyStore {
  const client = new DynamoDBClient(config)
  return {
    async reserve(claim, now) {
      try {
        await client.send(claiming(claim, now, tableName), { abortSignal: AbortSignal.timeout(callMs) })
        return 'claimed'
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item !== undefined) return claimOf(error.Item)
        throw error
      }
    },
    async complete(claim, issued) {
      const command = new UpdateItemCommand({
        TableName: tableName,
        Key: { id: { S: claim.id } },
        UpdateExpression: 'SET issued = :issued',
        ConditionExpression: 'salt = :salt',
        ExpressionAttributeValues: { ':issued': { S: JSON.stringify(issued) }, ':salt': { S: claim.salt } },
      })
      await client.send(command, { abortSignal: AbortSignal.timeout(callMs) })
    },
  }
}

/** `salt = :salt` lets the SDK repeat a claim whose answer was lost. */
function claiming(claim: IdempotencyRecord, now: EpochSeconds, tableName: string): PutItemCommand {
  const free = 'attribute_not_exists(id) OR salt = :salt OR expiresAt <= :now'
  const abandoned = '(fingerprint = :fingerprint AND leaseUntil <= :now AND attribute_not_exists(issued))'
  return new PutItemCommand({
    TableName: tableName,
    Item: {
      id: { S: claim.id },
      fingerprint: { S: claim.fingerprint },
      salt: { S: claim.salt },
      leaseUntil: { N: String(claim.leaseUntil) },
      expiresAt: { N: String(claim.expiresAt) },
    },
    ConditionExpression: `${free} OR ${abandoned}`,
    ExpressionAttributeValues: {
      ':salt': { S: claim.salt },
      ':fingerprint': { S: claim.fingerprint },
      ':now': { N: String(now) },
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
}

function claimOf(item: Record<string, AttributeValue>): IdempotencyRecord {
  const text = (name: string) => item[name]?.S ?? ''
  const seconds = (name: string) => Number(item[name]?.N) as EpochSeconds
  return {
    id: text('id'),
    fingerprint: text('fingerprint'),
    salt: text('salt'),
    leaseUntil: seconds('leaseUntil'),
    expiresAt: seconds('expiresAt'),
    ...(item['issued'] === undefined ? {} : { issued: JSON.parse(text('issued')) as IssuedRecord }),
  }
}

/** Longest wait for the one attempt: whoever can't be counted is let through, so that an issuer does not wait for it. */
const countMs = 500

/** Counters in the table of remembered answers, of the api's own Region. `config` names the Region. */
export function dynamodbQuota(tableName: string, config: DynamoDBClientConfig): Quota {
  const client = new DynamoDBClient({ maxAttempts: 1, ...config })
  return {
    async tryAdd(counter, cost, most) {
      const command = adding(counter, { cost, room: most - cost }, tableName)
      try {
        const { Attributes } = await client.send(command, { abortSignal: AbortSignal.timeout(countMs) })
        return { counted: true, used: Number(Attributes?.['used']?.N) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
        return { counted: false, used: Number(error.Item?.['used']?.N ?? 0) }
      }
    },
  }
}

function adding({ id, expiresAt }: Counter, { cost, room }: { cost: number; room: number }, tableName: string) {
  return new UpdateItemCommand({
    TableName: tableName,
    Key: { id: { S: id } },
    UpdateExpression: 'SET expiresAt = :expiresAt ADD #used :cost',
    ConditionExpression: 'attribute_not_exists(#used) OR #used <= :room',
    ExpressionAttributeNames: { '#used': 'used' },
    ExpressionAttributeValues: {
      ':expiresAt': { N: String(expiresAt) },
      ':cost': { N: String(cost) },
      ':room': { N: String(room) },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
}
