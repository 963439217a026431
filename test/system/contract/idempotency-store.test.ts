import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, test } from 'vitest'
import { dynamodbIdempotencyStore } from '../../../api/adapters/dynamodb-api-state.ts'
import type { IdempotencyRecord, IssuedRecord, NamedRecords } from '../../../api/ports.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import type { Tables } from '../../../emulator/dynamodb/tables.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

const now = secondsFromNoon(0)
const issued: IssuedRecord = { link: makeLink().link, keySlot: 2, attempt: 1 }

function recordOf(fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  const base = { id: randomUUID(), fingerprint: 'f', salt: randomUUID() }
  return { ...base, leaseUntil: secondsFromNoon(15), expiresAt: secondsFromNoon(86_400), ...fields }
}

/** What issuing relies on in a store of idempotency records. Every store runs all of it. */
const contract: Readonly<Record<string, (store: NamedRecords<IssuedRecord>) => Promise<void>>> = {
  async 'of many requests at once with the same key, one reserves it'(store) {
    const { id } = recordOf()
    const results = await Promise.all(Array.from({ length: 20 }, () => store.reserve(recordOf({ id }), now)))
    assert.equal(results.filter(result => result === 'claimed').length, 1)
  },
  async 'a second request gets the record of the first, completed or not'(store) {
    const first = recordOf()
    await store.reserve(first, now)
    assert.deepEqual(await store.reserve(recordOf({ id: first.id }), now), first)
    await store.complete(first, issued)
    assert.deepEqual(await store.reserve(recordOf({ id: first.id }), now), { ...first, issued })
  },
  async 'the same record can be sent twice, since the first response may have been lost'(store) {
    const record = recordOf()
    await store.reserve(record, now)
    assert.equal(await store.reserve(record, now), 'claimed')
  },
  async 'only the same request replaces a record whose lease has ended'(store) {
    const abandoned = recordOf({ leaseUntil: now })
    await store.reserve(abandoned, now)
    assert.deepEqual(await store.reserve(recordOf({ id: abandoned.id, fingerprint: 'other' }), now), abandoned)
    assert.equal(await store.reserve(recordOf({ id: abandoned.id }), now), 'claimed')
    await assert.rejects(store.complete(abandoned, issued))
  },
  async 'a key is taken over only from a request that ended without a result, and the same record can be sent twice'(
    store,
  ) {
    const running = recordOf()
    const [early, late] = [recordOf({ id: running.id }), recordOf({ id: running.id })]
    assert.equal(await store.takeOver(early, now), 'missing')
    await store.reserve(running, now)
    assert.deepEqual(await store.takeOver(early, now), running)
    const ended = running.leaseUntil
    assert.deepEqual(await store.takeOver(recordOf({ id: running.id, fingerprint: 'other' }), ended), running)
    assert.equal(await store.takeOver(late, ended), 'claimed')
    assert.equal(await store.takeOver(late, now), 'claimed')
    await store.complete(late, issued)
    assert.deepEqual(await store.takeOver(early, late.expiresAt), { ...late, issued })
  },
  async 'no request replaces a completed record before it expires'(store) {
    const old = recordOf({ leaseUntil: now, expiresAt: secondsFromNoon(1) })
    await store.reserve(old, now)
    await store.complete(old, issued)
    assert.deepEqual(await store.reserve(recordOf({ id: old.id }), now), { ...old, issued })
    assert.equal(await store.reserve(recordOf({ id: old.id, fingerprint: 'other' }), secondsFromNoon(1)), 'claimed')
  },
  async 'a released key is free for any request'(store) {
    const record = recordOf()
    await store.reserve(record, now)
    await store.release(record)
    await store.release(record)
    assert.equal(await store.reserve(recordOf({ id: record.id, fingerprint: 'other' }), now), 'claimed')
  },
  async 'a release does nothing to a key that another request has reserved since, or that was completed'(store) {
    const ended = recordOf({ leaseUntil: now })
    const next = recordOf({ id: ended.id })
    await store.reserve(ended, now)
    await store.reserve(next, now)
    await store.release(ended)
    assert.deepEqual(await store.reserve(recordOf({ id: next.id }), now), next)
    await store.complete(next, issued)
    await store.release(ended)
    await store.release(next)
    assert.deepEqual(await store.reserve(recordOf({ id: next.id }), now), { ...next, issued })
  },
  async 'a record is found by its id as it is, also after its end'(store) {
    const record = recordOf({ expiresAt: now })
    assert.equal(await store.find(record.id), undefined)
    await store.reserve(record, now)
    assert.deepEqual(await store.find(record.id), record)
    await store.complete(record, issued)
    await store.complete(record, { ...issued, attempt: 2 })
    assert.deepEqual(await store.find(record.id), { ...record, issued: { ...issued, attempt: 2 } })
  },
  async 'a release of a key that is not reserved does nothing'(store) {
    await store.release(recordOf())
  },
}

const cases = Object.entries(contract)

async function idempotencyStoreOn(tables: Tables): Promise<NamedRecords<IssuedRecord>> {
  const name = `api-state-${randomUUID()}`
  await createTables([name], ['us-east-1'], tables.config)
  return dynamodbIdempotencyStore(name, { region: 'us-east-1', ...tables.config('us-east-1') })
}

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryIdempotencyStore()))
})

onBothStores(['us-east-1'], tables => {
  let store: NamedRecords<IssuedRecord>
  beforeAll(async () => {
    store = await idempotencyStoreOn(tables())
  })
  test.each(cases)('%s', async (_, check) => check(store))
})
