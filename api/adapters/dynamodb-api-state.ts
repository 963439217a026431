import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { repeated } from '../../shared/aws/repeated.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Counter, IdempotencyRecord, IdempotencyStore, IssuedRecord, Quota } from '../ports.ts'
import { dynamodbAt, type Inputs, ifConditionFailed, isConditionFailed, type Item, type Output } from './dynamodb.ts'

/** Timeout of one call, in milliseconds, with its retries; each may be repeated. */
const callMs = 2500

/** Stores idempotency records in a table of the API's own Region, which `config` names. */
export function dynamodbIdempotencyStore(tableName: string, config: ClientConfig): IdempotencyStore {
  const send = repeating(config)
  return {
    async reserve(record, now) {
      try {
        await send('PutItem', putRecord(record, now, tableName))
        return 'claimed'
      } catch (error) {
        if (isConditionFailed(error) && error.Item !== undefined) return recordOf(error.Item)
        throw error
      }
    },
    async complete(record, issued) {
      await send('UpdateItem', {
        TableName: tableName,
        Key: { id: { S: record.id } },
        UpdateExpression: 'SET issued = :issued',
        ConditionExpression: 'salt = :salt',
        ExpressionAttributeValues: { ':issued': { S: JSON.stringify(issued) }, ':salt': { S: record.salt } },
      })
    },
    async release(record) {
      const deletion = {
        TableName: tableName,
        Key: { id: { S: record.id } },
        ConditionExpression: 'salt = :salt AND attribute_not_exists(issued)',
        ExpressionAttributeValues: { ':salt': { S: record.salt } },
      }
      await send('DeleteItem', deletion).catch(ifConditionFailed(() => undefined))
    },
  }
}

/** Returns a function that sends a write, up to three times if it may help. Only for writes that may happen twice. */
function repeating(config: ClientConfig) {
  const dynamodb = dynamodbAt(config)
  return <O extends keyof Inputs>(operation: O, input: Inputs[O]): Promise<Output> =>
    repeated(callMs, leftMs => dynamodb(leftMs).send(operation, input))
}

/** `salt = :salt` lets the store repeat a write whose response was lost. */
function putRecord(record: IdempotencyRecord, now: EpochSeconds, tableName: string): Inputs['PutItem'] {
  const free = 'attribute_not_exists(id) OR salt = :salt OR expiresAt <= :now'
  const abandoned = '(fingerprint = :fingerprint AND leaseUntil <= :now AND attribute_not_exists(issued))'
  return {
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
  }
}

function recordOf(item: Item): IdempotencyRecord {
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

/**
 * Keeps counters in the table of idempotency records, in the API's own Region, which `config` names. A call rejects after `timeoutMs`.
 */
export function dynamodbQuota(tableName: string, config: ClientConfig, timeoutMs: number = quotaCallMs): Quota {
  const dynamodb = dynamodbAt(config)
  return {
    async tryAdd(counter, cost, max) {
      const update = addCost(counter, { cost, room: max - cost }, tableName)
      const counted = dynamodb(timeoutMs).send('UpdateItem', update)
      return counted.then(
        ({ Attributes }) => ({ counted: true, used: Number(Attributes?.['used']?.N) }),
        ifConditionFailed(item => ({ counted: false, used: Number(item?.['used']?.N ?? 0) })),
      )
    },
  }
}

function addCost(
  { id, expiresAt }: Counter,
  { cost, room }: { cost: number; room: number },
  tableName: string,
): Inputs['UpdateItem'] {
  return {
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
  }
}
