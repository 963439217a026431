import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { assert } from '../../shared/errors.ts'
import { repeated } from '../../shared/aws/repeated.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Counter, IdempotencyRecord, IssuedRecord, NamedRecords, Quota } from '../ports.ts'
import type { OpenUploads, UploadPorts } from '../uploads/ports.ts'
import { dynamodbAt, type Inputs, ifConditionFailed, type Item, type Output } from './dynamodb.ts'

/** Timeout of one call, in milliseconds, with its retries; each may be repeated. */
const callMs = 2500

/** Stores idempotency records in a table of the API's own Region, which `config` names. */
export function dynamodbIdempotencyStore<Result = IssuedRecord>(
  tableName: string,
  config: ClientConfig,
): NamedRecords<Result> {
  const send = repeating(config)
  async function claim(put: Inputs['PutItem']): Promise<'claimed' | 'missing' | IdempotencyRecord<Result>> {
    const failed = (item?: Item) => (item === undefined ? 'missing' : recordOf<Result>(item))
    return send('PutItem', put).then(() => 'claimed', ifConditionFailed(failed))
  }
  return {
    async reserve(record, now) {
      const claimed = await claim(putRecord(record, now, tableName))
      assert(claimed !== 'missing', 'a key without a record is free')
      return claimed
    },
    takeOver(record, now) {
      const put = putRecord(record, now, tableName)
      return claim({ ...put, ConditionExpression: `salt = :salt OR ${abandoned}` })
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
    async find(id) {
      const { Item } = await send('GetItem', { TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true })
      return Item && recordOf(Item)
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

/** Returns a function that sends a read or write, up to three times if it may help. Only for writes that may happen twice. */
function repeating(config: ClientConfig) {
  const dynamodb = dynamodbAt(config)
  return <O extends keyof Inputs>(operation: O, input: Inputs[O]): Promise<Output> =>
    repeated(callMs, leftMs => dynamodb(leftMs).send(operation, input))
}

const abandoned = '(fingerprint = :fingerprint AND leaseUntil <= :now AND attribute_not_exists(issued))'

/** `salt = :salt` lets the store repeat a write whose response was lost. */
function putRecord(record: IdempotencyRecord<unknown>, now: EpochSeconds, tableName: string): Inputs['PutItem'] {
  const free = 'attribute_not_exists(id) OR salt = :salt OR expiresAt <= :now'
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

function recordOf<Result>(item: Item): IdempotencyRecord<Result> {
  const text = (name: string) => item[name]?.S ?? ''
  const seconds = (name: string) => Number(item[name]?.N) as EpochSeconds
  return {
    id: text('id'),
    fingerprint: text('fingerprint'),
    salt: text('salt'),
    leaseUntil: seconds('leaseUntil'),
    expiresAt: seconds('expiresAt'),
    ...(item['issued'] === undefined ? {} : { issued: JSON.parse(text('issued')) as Result }),
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

/**
 * Keeps the open uploads of each caller as a set of texts in one item of the same table, in the API's own Region, which `config` names. To
 * add to a set and to remove from it may be repeated, as a counter could not.
 */
export function dynamodbOpenUploads(tableName: string, config: ClientConfig): OpenUploads {
  const send = repeating(config)
  const to = (id: string) =>
    ({ TableName: tableName, Key: { id: { S: id } }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }) as const
  async function free(id: string, slots: string[]): Promise<void> {
    const condition = { ConditionExpression: 'attribute_exists(id)' } // or else it would make an item that never ends
    const values = { ExpressionAttributeValues: { ':slots': { SS: slots } } }
    const removal = { ...to(id), ...condition, ...values, UpdateExpression: 'DELETE openUploads :slots' }
    await send('UpdateItem', removal).catch(ifConditionFailed(() => undefined))
  }
  return {
    async tryAdd({ id, upload, endsAt }, max, now) {
      const [slot, end] = [slotOf(upload, endsAt), { N: String(endsAt) }]
      const addition = {
        ...to(id),
        UpdateExpression: 'SET expiresAt = :end ADD openUploads :slots',
        ConditionExpression: room,
        ExpressionAttributeValues: {
          ':slots': { SS: [slot] },
          ':slot': { S: slot },
          ':max': { N: String(max) },
          ':end': end,
        },
      }
      for (;;) {
        const full = await send('UpdateItem', addition).then(
          () => undefined,
          ifConditionFailed(item => item?.['openUploads']?.SS ?? []),
        )
        if (full === undefined) return true
        const ended = full.filter(text => Number(text.split(' ')[0]) <= now)
        if (ended.length === 0) return false
        await free(id, ended)
      }
    },
    remove: ({ id, upload, endsAt }) => free(id, [slotOf(upload, endsAt)]),
  }
}

/** An upload may be added again, since the response to the first write may have been lost. */
const room = 'attribute_not_exists(openUploads) OR size(openUploads) < :max OR contains(openUploads, :slot)'

/** The text of an upload in a set: its end comes first, so that those that have ended are found without another read. */
function slotOf(upload: string, endsAt: EpochSeconds): string {
  return `${endsAt} ${upload}`
}

/** Returns all that uploads keep in the table: to count their bytes may take as long as another write, since it must succeed. */
export function uploadState(
  tableName: string,
  config: ClientConfig,
): Pick<UploadPorts, 'uploads' | 'openUploads' | 'quota' | 'bytesOfDay'> {
  return {
    uploads: dynamodbIdempotencyStore(tableName, config),
    openUploads: dynamodbOpenUploads(tableName, config),
    quota: dynamodbQuota(tableName, config),
    bytesOfDay: dynamodbQuota(tableName, config, callMs),
  }
}
