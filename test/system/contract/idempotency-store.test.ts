import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, test } from 'vitest'
import { dynamodbIdempotencyStore } from '../../../api/adapters/dynamodb-api-state.ts'
import type { IdempotencyRecord, IdempotencyStore, IssuedRecord } from '../../../api/ports.ts'
import { createTables, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'
import { onBothStores } from '../../support/on-stores.ts'

const now = secondsFromNoon(0)
const issued: IssuedRecord = { link: makeLink().link, keySlot: 2, attempt: 1 }

function claimOf(fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  const base = { id: randomUUID(), fingerprint: 'f', salt: randomUUID() }
  return { ...base, leaseUntil: secondsFromNoon(15), expiresAt: secondsFromNoon(86_400), ...fields }
}

/** What issuing relies on when it remembers answers. Every store runs all of it. */
const contract: Readonly<Record<string, (answers: IdempotencyStore) => Promise<void>>> = {
  async 'a key is claimed once, by one of many at once'(answers) {
    const { id } = claimOf()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => answers.reserve(claimOf({ id }), now)))
    assert.equal(outcomes.filter(outcome => outcome === 'claimed').length, 1)
  },
  async 'whoever comes second is shown the first claim, settled or not'(answers) {
    const first = claimOf()
    await answers.reserve(first, now)
    assert.deepEqual(await answers.reserve(claimOf({ id: first.id }), now), first)
    await answers.complete(first, issued)
    assert.deepEqual(await answers.reserve(claimOf({ id: first.id }), now), { ...first, issued })
  },
  async 'the same claim may be sent twice: its answer may have been lost'(answers) {
    const claim = claimOf()
    await answers.reserve(claim, now)
    assert.equal(await answers.reserve(claim, now), 'claimed')
  },
  async 'a claim whose lease is over is taken over by the same request only'(answers) {
    const dead = claimOf({ leaseUntil: now })
    await answers.reserve(dead, now)
    assert.deepEqual(await answers.reserve(claimOf({ id: dead.id, fingerprint: 'other' }), now), dead)
    assert.equal(await answers.reserve(claimOf({ id: dead.id }), now), 'claimed')
    await assert.rejects(answers.complete(dead, issued))
  },
  async 'a settled claim is not taken over before it is forgotten'(answers) {
    const old = claimOf({ leaseUntil: now, expiresAt: secondsFromNoon(1) })
    await answers.reserve(old, now)
    await answers.complete(old, issued)
    assert.deepEqual(await answers.reserve(claimOf({ id: old.id }), now), { ...old, issued })
    assert.equal(await answers.reserve(claimOf({ id: old.id, fingerprint: 'other' }), secondsFromNoon(1)), 'claimed')
  },
}

const cases = Object.entries(contract)

async function answersOn(tables: Tables): Promise<IdempotencyStore> {
  const name = `answers-${randomUUID()}`
  await createTables([name], ['us-east-1'], tables.config)
  return dynamodbIdempotencyStore(name, { region: 'us-east-1', ...tables.config('us-east-1') })
}

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryIdempotencyStore()))
})

onBothStores(['us-east-1'], tables => {
  let answers: IdempotencyStore
  beforeAll(async () => {
    answers = await answersOn(tables())
  })
  test.each(cases)('%s', async (_, check) => check(answers))
})
