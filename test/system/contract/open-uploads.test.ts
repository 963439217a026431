import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbOpenUploads } from '../../../api/adapters/dynamodb-api-state.ts'
import type { OpenUploads, Slot } from '../../../api/uploads/ports.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { secondsFromNoon } from '../../support/table/links.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import { memoryOpenUploads } from '../../support/api/uploads.ts'

const now = secondsFromNoon(0)
const slot = (id: string, endsAt = secondsFromNoon(86_400)): Slot => ({ id, upload: randomUUID(), endsAt })
const many = (count: number, id: string) => Array.from({ length: count }, () => slot(id))

/** What the bound on open uploads relies on. Every store runs all of it. */
const contract: Readonly<Record<string, (open: OpenUploads) => Promise<void>>> = {
  async 'of fifty uploads that begin at once, as many do as may be open'(open) {
    const [own, other] = [randomUUID(), randomUUID()]
    const results = await Promise.all(many(50, own).map(each => open.tryAdd(each, 20, now)))
    assert.equal(results.filter(Boolean).length, 20)
    assert.equal(await open.tryAdd(slot(other), 20, now), true)
  },
  async 'a place that was taken may be taken again, since the first response may have been lost'(open) {
    const own = slot(randomUUID())
    for (const _ of [1, 2]) assert.equal(await open.tryAdd(own, 1, now), true)
    assert.equal(await open.tryAdd(slot(own.id), 1, now), false)
  },
  async 'a place that was freed is free once, however often'(open) {
    const id = randomUUID()
    const [first, second] = [slot(id), slot(id)]
    await open.tryAdd(first, 2, now)
    await open.tryAdd(second, 2, now)
    for (const _ of [1, 2]) await open.remove(first)
    const results = await Promise.all(many(5, id).map(each => open.tryAdd(each, 2, now)))
    assert.equal(results.filter(Boolean).length, 1)
  },
  async 'uploads that have ended take no place'(open) {
    const id = randomUUID()
    const ends = [10, 10, 20].map(secondsFromNoon)
    for (const end of ends) assert.equal(await open.tryAdd(slot(id, end), 3, now), true)
    assert.equal(await open.tryAdd(slot(id), 3, secondsFromNoon(9)), false)
    const results = await Promise.all(many(10, id).map(each => open.tryAdd(each, 3, secondsFromNoon(10))))
    assert.equal(results.filter(Boolean).length, 2)
  },
  async 'to free a place of which nothing is known does nothing'(open) {
    const own = slot(randomUUID())
    await open.remove(own)
    assert.equal(await open.tryAdd(own, 1, now), true)
  },
}

const cases = Object.entries(contract)

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryOpenUploads()))
})

onBothStores(['us-east-1'], tables => {
  const name = `api-state-${randomUUID()}`
  const config = () => ({ region: 'us-east-1', ...tables().config('us-east-1') })
  beforeAll(() => createTables([name], ['us-east-1'], tables().config))
  test.each(cases)('%s', async (_, check) => check(dynamodbOpenUploads(name, config())))

  test.each([
    [
      'without the bound',
      ' OR size(openUploads) < :max OR contains(openUploads, :slot)',
      ' OR :max = :max OR :slot = :slot',
    ],
    ['that takes no place again', ' OR contains(openUploads, :slot)', ' AND :slot = :slot'],
    ['that never frees what has ended', 'if (ended.length === 0) return false', 'return false'],
  ])('the contract catches a store %s', async (broken, find, replace) => {
    const file = 'api/adapters/dynamodb-api-state.ts'
    const root = await brokenCopy(broken, [{ file, find, replace }], ['api', 'shared'])
    onTestFinished(() => removeCopy(root))
    const copy = (await import(join(root, file))) as { dynamodbOpenUploads: typeof dynamodbOpenUploads }
    const open = copy.dynamodbOpenUploads(name, config())
    const failures = await Promise.allSettled(cases.map(async ([, check]) => check(open)))
    expect(
      failures.filter(each => each.status === 'rejected' && each.reason instanceof assert.AssertionError),
    ).not.toEqual([])
  })
})
