import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { askUpdateOf } from '../../../shared/redemption/ask-update.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/table/store.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryStore, type SweptStore } from '../../support/table/memory-store.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import { anyLink, anyRedemption, region, second } from './any-link.ts'

const repository = join(import.meta.dirname, '../../..')

type Step = (store: SweptStore, link: Link) => Promise<unknown>

const redeeming: fc.Arbitrary<Step> = fc
  .record({
    fields: anyRedemption,
    reserves: fc.boolean(),
    attempt: fc.record({ region, now: second, timeoutMs: fc.constant(5000) }),
  })
  .map(({ attempt, reserves, fields }) => async ({ table }, { id }) => {
    const redemption: Redemption = { id, ...fields }
    return reserves ? table.tryReserve(redemption, attempt) : table.tryConsume(redemption, attempt)
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: redeeming },
  {
    weight: 3,
    arbitrary: region.map<Step>(where => async ({ links }, link) => {
      const revoked = await links.revoke(link, where)
      if (revoked === undefined) return 'gone'
      return { kind: revoked.receipt === undefined ? 'revoked' : 'used', revoked }
    }),
  },
  region.map<Step>(
    where =>
      async ({ links }, link) =>
        links.put(link, where),
  ),
  fc.tuple(region, second).map<Step>(
    ([region, now]) =>
      async ({ table }, { id }) =>
        table.exists(id, { region, now, timeoutMs: 5000 }),
  ),
  fc
    .tuple(region, second, fc.constantFrom('unconfirmed', 'automated', 'probed', 'refusedAfterUse', 'ask', undefined))
    .map<Step>(
      ([region, now, kind]) =>
        async ({ table }, link) =>
          table.inspect(link, kind === 'ask' ? askUpdateOf : kind, { region, now, timeoutMs: 5000 }),
    ),
  second.map<Step>(
    now =>
      async ({ sweepings }, { id }) =>
        sweepings.purge(id, now),
  ),
  second.map<Step>(now => async ({ sweepings }, { id }) => {
    for await (const page of sweepings.find(0, 1, now)) if (page.includes(id)) return 'due'
    return 'not due'
  }),
)

/** Runs the steps on a link; returns the result of each, and the item in each Region at the end. */
async function resultsOf(store: SweptStore, link: Link, steps: readonly Step[]): Promise<unknown[]> {
  const results: unknown[] = []
  const note = async (result: Promise<unknown>) =>
    results.push(await result.catch((error: unknown) => `threw ${(error as Error).message}`))
  for (const home of homeRegions) await store.replicate(link, home)
  for (const step of steps) await note(step(store, link))
  for (const home of homeRegions) await note(store.links.find(link.id, home))
  return results
}

/** Makes the property that random steps have the same results on both stores; calls `note` with each result. */
function sameResults(real: SweptStore, simulated: SweptStore, note: (result: unknown) => void) {
  const runs = fc.record({ fields: anyLink, steps: fc.array(step, { minLength: 1, maxLength: 6 }) })
  return fc.asyncProperty(runs, async ({ fields, steps }) => {
    const link = { ...makeLink().link, ...fields }
    const results = await resultsOf(real, link, steps)
    results.forEach(note)
    expect(await resultsOf(simulated, link, steps)).toEqual(results)
  })
}

onBothStores(homeRegions, tables => {
  let real: SweptStore
  let simulated: SweptStore
  beforeAll(async () => {
    const adapters = await adaptersIn(repository)
    real = await storeOnTables(tables(), adapters)
    simulated = memoryStore(adapters)
  })

  test('the simulated DynamoDB returns the same results as this one, for any item and any steps', async () => {
    const kinds = new Map<string, number>()
    const note = (result: unknown) => {
      const kind = String((result as { kind?: string } | undefined)?.kind ?? result)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    await fc.assert(sameResults(real, simulated, note), { numRuns: 300 })
    // Random steps must not pass because none of them succeeds.
    for (const kind of ['consumed', 'reserved', 'condition-failed', 'revoked', 'gone', 'used', 'due'])
      expect(kinds.get(kind), kind).toBeGreaterThan(0)
  })
})

test('broken on purpose, a simulated DynamoDB that differs in a single clause is detected', async () => {
  const patch = {
    file: 'shared/redemption/clauses.ts',
    find: "text: '#expiresAt > :now'",
    replace: "text: 'attribute_exists(#id)'",
  }
  const root = await brokenCopy('longer', [patch], ['api', 'shared'])
  onTestFinished(() => removeCopy(root))
  const [whole, broken] = [memoryStore(await adaptersIn(repository)), memoryStore(await adaptersIn(root))]
  const { failed } = await fc.check(
    sameResults(whole, broken, () => undefined),
    { numRuns: 1000, endOnFailure: true },
  )
  expect(failed).toBe(true)
})
