import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import type { Quota } from '../../../api/ports.ts'
import { countRarely } from '../../../api/quota.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import type { Tables } from '../../../emulator/dynamodb/tables.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { secondsFromNoon } from '../../support/table/links.ts'
import { memoryQuota } from '../../support/api/memory-quota.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

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

type CountRarely = typeof countRarely

/** Requests that each of the environments below counts in one write. */
const block = 7

/**
 * What callers may rely on if several execution environments of the api count in blocks, in one table of counters. It is shown
 * the table, and how to make an environment.
 */
const sharedContract: Readonly<Record<string, (quota: Quota, countRarely: CountRarely) => Promise<void>>> = {
  async 'together they allow fewer than a block each beyond the maximum, and refuse nothing below it'(quota, make) {
    const requests = fc.array(fc.record({ by: fc.nat(2), cost: fc.integer({ min: 1, max: 12 }) }), {
      minLength: 40,
      maxLength: 80,
    })
    const property = fc.asyncProperty(requests, async all => {
      const environments = [make(quota, block), make(quota, block), make(quota, block)]
      const own = counter()
      let allowed = 0
      for (const { by, cost } of all) {
        const { counted, used } = await (environments[by] as Quota).tryAdd(own, cost, 100)
        assert.ok(counted || allowed + cost > 100, 'refused too early')
        if (counted) allowed += cost
        assert.ok(used <= allowed, 'counted more than was allowed')
      }
      assert.ok(allowed <= 100 + environments.length * (block - 1), `allowed ${allowed}`)
    })
    await fc.assert(property, { numRuns: 10, seed: 18 }).catch(asAssertion)
  },
  async 'alone, an environment allows exactly the maximum'(quota, make) {
    const environment = make(quota, block)
    const own = counter()
    for (let sent = 1; sent <= 40; sent += 1) {
      const used = Math.min(sent, 30)
      assert.deepEqual(await environment.tryAdd(own, 1, 30), { counted: sent <= 30, used })
    }
  },
  async 'what is uncounted stays so if a larger request is refused, and is added with the next'(quota, make) {
    const [one, other] = [make(quota, block), make(quota, block)]
    const own = counter()
    assert.deepEqual(await one.tryAdd(own, 6, 30), { counted: true, used: 6 })
    assert.deepEqual(await other.tryAdd(own, 15, 30), { counted: true, used: 15 })
    assert.deepEqual(await one.tryAdd(own, 10, 30), { counted: false, used: 21 })
    assert.deepEqual(await one.tryAdd(own, 9, 30), { counted: true, used: 30 })
    assert.deepEqual(await other.tryAdd(own, 14, 30), { counted: false, used: 30 })
  },
  async 'a counter of a new minute begins at 0'(quota, make) {
    const environment = make(quota, block)
    const own = counter()
    for (const windowEnd of [120, 180]) {
      const ofMinute = { ...own, id: `${own.id}-${windowEnd}`, expiresAt: secondsFromNoon(windowEnd) }
      assert.deepEqual(await environment.tryAdd(ofMinute, 6, 100), { counted: true, used: 6 })
    }
  },
}

/** Rethrows what a property found as an assertion that failed. */
function asAssertion(error: Error): never {
  throw new assert.AssertionError({ message: error.message })
}

const sharedCases = Object.entries(sharedContract)

/** Milliseconds for a call: a machine under load needs more than the half second after which the api allows a request uncounted. */
const callMs = 60_000

async function quotaOn(tables: Tables): Promise<Quota> {
  const name = `api-state-${randomUUID()}`
  await createTables([name], ['us-east-1'], tables.config)
  return dynamodbQuota(name, { region: 'us-east-1', ...tables.config('us-east-1') }, callMs)
}

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryQuota()))
  test.each(cases)('counted in blocks, %s', async (_, check) => check(countRarely(memoryQuota(), block)))
  test.each(sharedCases)('%s', async (_, check) => check(memoryQuota(), countRarely))
})

onBothStores(['us-east-1'], tables => {
  let quota: Quota
  beforeAll(async () => {
    quota = await quotaOn(tables())
  })
  test.each(cases)('%s', async (_, check) => check(quota))
  test.each(cases)('counted in blocks, %s', async (_, check) => check(countRarely(quota, block)))
  test.each(sharedCases)('%s', async (_, check) => check(quota, countRarely))
})

const rarely = (find: string, replace = ''): Patch => ({ file: 'api/quota.ts', find, replace })

/** Ways to count in blocks that are wrong, each by what it does. */
const broken: Readonly<Record<string, Patch>> = {
  'never writes': rarely('if (uncounted + cost >= block) return'),
  'writes without what is uncounted': rarely('await tryAdd(uncounted + cost)', 'await tryAdd(cost)'),
  'forgets what is uncounted if a write is refused': rarely('counted ? 0 : uncounted', '0'),
  'adds what it wrote once more': rarely('counted ? 0 : uncounted', 'uncounted'),
  'refuses by the table alone': rarely('if (stored + uncounted + cost > max)', 'if (stored + cost > max)'),
  'does not look at what it knows': rarely('if (stored + uncounted + cost > max)', 'if (cost > max)'),
  'does not remember the table': rarely('own.stored = used'),
  'does not wait for its own write': rarely('while (own.writing !== undefined) await own.writing'),
  'waits for a whole block before it refuses': rarely('stored + uncounted + cost > max', 'stored + uncounted > max'),
}

describe('broken on purpose, the contract catches an environment that', () => {
  test.each(Object.entries(broken))('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch])).not.toEqual([])
  })

  test('but not a copy without a patch', async () => {
    expect(await failuresOf('whole', [])).toEqual([])
  })
})

/** Returns the cases that a copy with these patches fails; each case has counters of its own. */
async function failuresOf(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches, ['api', 'shared'])
  onTestFinished(() => removeCopy(root))
  const copy = (await import(join(root, 'api/quota.ts'))) as { countRarely: CountRarely }
  const checks = [
    ...cases.map(([sentence, check]) => [sentence, () => check(copy.countRarely(memoryQuota(), block))] as const),
    ...sharedCases.map(([sentence, check]) => [sentence, () => check(memoryQuota(), copy.countRarely)] as const),
  ]
  const results = checks.map(async ([sentence, check]) => {
    const error: unknown = await check().catch((error: unknown) => error)
    if (error !== undefined && !(error instanceof assert.AssertionError)) throw error
    return error === undefined ? [] : [sentence]
  })
  return (await Promise.all(results)).flat()
}
