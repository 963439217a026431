import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Counter, IdempotencyRecord, IdempotencyStore, IssuedRecord, Quota } from '../ports.ts'

/** Timeout of one call, in milliseconds, with its retries; each may be repeated. */
const callMs = 2500

/** Stores idempotency records in a table of the API's own Region, which `config` names. */
export function dynamodbIdempotencyStore(tableName: string, config: DynamoDBClientConfig): IdempotencyStore {
  const client = new DynamoDBClient(config)
  return {
    async reserve(record, now) {
      try {
        await client.send(putRecord(record, now, tableName), { abortSignal: AbortSignal.timeout(callMs) })
        return 'claimed'
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item !== undefined) return recordOf(error.Item)
        throw error
      }
    },
    async complete(record, issued) {
      const command = new UpdateItemCommand({
        TableName: tableName,
        Key: { id: { S: record.id } },
        UpdateExpression: 'SET issued = :issued',
        ConditionExpression: 'salt = :salt',
        ExpressionAttributeValues: { ':issued': { S: JSON.stringify(issued) }, ':salt': { S: record.salt } },
      })
      await client.send(command, { abortSignal: AbortSignal.timeout(callMs) })
    },
    async release(record) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: { id: { S: record.id } },
        ConditionExpression: 'salt = :salt AND attribute_not_exists(issued)',
        ExpressionAttributeValues: { ':salt': { S: record.salt } },
      })
      await client.send(command, { abortSignal: AbortSignal.timeout(callMs) }).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      })
    },
  }
}

/** `salt = :salt` lets the SDK repeat a write whose response was lost. */
function putRecord(record: IdempotencyRecord, now: EpochSeconds, tableName: string): PutItemCommand {
  const free = 'attribute_not_exists(id) OR salt = :salt OR expiresAt <= :now'
  const abandoned = '(fingerprint = :fingerprint AND leaseUntil <= :now AND attribute_not_exists(issued))'
  return new PutItemCommand({
    TableName: tableName,
    Item: {
      id: { S: record.id },
      fingerprint: { S: record.fingerprint },
      salt: { S: record.salt },
      leaseUntil: { N: String(record.leaseUntil) },
      expiresAt: { N: String(record.expiresAt) },
    },
    ConditionExpression: `${free} OR ${abandoned}`,
    ExpressionAttributeValues: {
      ':salt': { S: record.salt },
      ':fingerprint': { S: record.fingerprint },
      ':now': { N: String(now) },
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
}

function recordOf(item: Record<string, AttributeValue>): IdempotencyRecord {
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

/** Timeout of the only attempt, in milliseconds. If it fails, the API allows the request, so issuers don't wait. */
const quotaCallMs = 500

/** Keeps counters in the table of idempotency records, in the API's own Region, which `config` names. */
export function dynamodbQuota(tableName: string, config: DynamoDBClientConfig): Quota {
  const client = new DynamoDBClient({ maxAttempts: 1, ...config })
  return {
    async tryAdd(counter, cost, max) {
      const command = addCost(counter, { cost, room: max - cost }, tableName)
      try {
        const { Attributes } = await client.send(command, { abortSignal: AbortSignal.timeout(quotaCallMs) })
        return { counted: true, used: Number(Attributes?.['used']?.N) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
        return { counted: false, used: Number(error.Item?.['used']?.N ?? 0) }
      }
    },
  }
}

function addCost({ id, expiresAt }: Counter, { cost, room }: { cost: number; room: number }, tableName: string) {
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
