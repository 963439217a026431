import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, test } from 'vitest'
import { dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import type { Quota } from '../../../api/ports.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import type { Tables } from '../../../emulator/dynamodb/tables.ts'
import { secondsFromNoon } from '../../support/links.ts'
import { memoryQuota } from '../../support/memory-quota.ts'
import { onBothStores } from '../../support/on-stores.ts'

const counter = () => ({ id: randomUUID(), expiresAt: secondsFromNoon(120) })

/** What quotas rely on in a store of counters. Every store runs all of it. */
const contract: Readonly<Record<string, (quota: Quota) => Promise<void>>> = {
  async 'a counter begins at 0, and each addition returns the sum'(quota) {
    const own = counter()
    assert.deepEqual(await quota.tryAdd(own, 1, 100), { counted: true, used: 1 })
    assert.deepEqual(await quota.tryAdd(own, 40, 100), { counted: true, used: 41 })
    assert.deepEqual(await quota.tryAdd(counter(), 100, 100), { counted: true, used: 100 })
  },
  async 'an addition above the maximum is not counted, and a smaller one still is'(quota) {
    const own = counter()
    await quota.tryAdd(own, 60, 100)
    assert.deepEqual(await quota.tryAdd(own, 41, 100), { counted: false, used: 60 })
    assert.deepEqual(await quota.tryAdd(own, 40, 100), { counted: true, used: 100 })
    assert.deepEqual(await quota.tryAdd(own, 1, 100), { counted: false, used: 100 })
  },
  async 'of fifty additions at once, those up to the maximum are counted'(quota) {
    const own = counter()
    const results = await Promise.all(Array.from({ length: 50 }, () => quota.tryAdd(own, 3, 100)))
    assert.equal(results.filter(({ counted }) => counted).length, 33)
    assert.deepEqual(await quota.tryAdd(own, 1, 100), { counted: true, used: 100 })
  },
}

const cases = Object.entries(contract)

async function quotaOn(tables: Tables): Promise<Quota> {
  const name = `api-state-${randomUUID()}`
  await createTables([name], ['us-east-1'], tables.config)
  return dynamodbQuota(name, { region: 'us-east-1', ...tables.config('us-east-1') })
}

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryQuota()))
})

onBothStores(['us-east-1'], tables => {
  let quota: Quota
  beforeAll(async () => {
    quota = await quotaOn(tables())
    // The first request opens connections; the next one must end within the adapter's half second.
    await quota.tryAdd(counter(), 1, 100).catch(() => undefined)
  })
  test.each(cases)('%s', async (_, check) => check(quota))
})
