import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Link, ReceiptDraft, RedemptionId } from '../../../shared/link.ts'
import { parseIpv4, parseNetwork } from '../../../shared/network.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { brokenCopy, removeCopy } from '../../broken/copy.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/contract/store.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'
import { memoryStore, type SweptStore } from '../../support/memory-store.ts'
import { onBothStores } from '../../support/on-stores.ts'

const repository = join(import.meta.dirname, '../../..')

// Every bound is hit and missed by a second, every home and network by chance; but most fits, so that something happens.
const second = fc.integer({ min: -2, max: 2 }).map(secondsFromNoon)
const mostly = <T>(usual: T, unusual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual })
const region: fc.Arbitrary<Region> = mostly('us-east-1', fc.constantFrom(...homeRegions))
const networks = ['203.0.113.0/24', '203.0.0.0/8', '10.0.0.0/8'].flatMap(text => parseNetwork(text) ?? [])
const draft: fc.Arbitrary<ReceiptDraft> = fc.constantFrom('mine', 'theirs').map(id => ({
  ...makeDraft({ userAgent: id }),
  redemptionId: id as RedemptionId,
}))
const receipt = fc.record({ draft, redeemedAt: second, urlExpiresAt: second }).map(({ draft, ...times }) => ({
  ...draft,
  ...times,
}))

/** Any item that could be there, also such as we never write. */
const anyLink: fc.Arbitrary<Partial<Link>> = fc
  .record({
    expiresAt: mostly(secondsFromNoon(60), fc.option(second, { nil: undefined })),
    purgeAt: fc.option(second, { nil: undefined }),
    homeRegion: region,
    urlSeconds: fc.integer({ min: 5, max: 3600 }),
    notBefore: mostly(undefined, second),
    network: mostly(undefined, fc.constantFrom(...networks)),
    state: fc.constantFrom('live', 'live', 'used', 'revoked', undefined, undefined),
    receipt: mostly(undefined, receipt),
  })
  .map(fields => fields as Partial<Link>)

type Step = (store: SweptStore, link: Link) => Promise<unknown>

const redeeming: fc.Arbitrary<Step> = fc
  .record({
    homeRegion: region,
    bound: mostly(false, fc.constant(true)),
    receipt: fc.option(draft, { nil: undefined }),
    attempt: fc.record({ region, now: second, timeoutMs: fc.constant(5000) }),
  })
  .map(({ attempt, receipt, ...asked }) => async ({ table }, { id }) => {
    const viewer = parseIpv4('203.0.113.7')!
    const redemption: Redemption = { id, viewer, ...asked, ...(receipt && { receipt }) }
    return table.tryConsume(redemption, attempt)
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: redeeming },
  {
    weight: 3,
    arbitrary: region.map<Step>(
      where =>
        async ({ links }, link) =>
          links.revoke(link, where),
    ),
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
  fc.tuple(region, second, fc.constantFrom('unconfirmed', 'automated', 'probed', undefined)).map<Step>(
    ([region, now, hold]) =>
      async ({ table }, { id }) =>
        table.inspect(id, hold, { region, now, timeoutMs: 5000 }),
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

/** All that came of it: what each step was answered, and what is there in the end. */
async function storyOf(store: SweptStore, link: Link, steps: readonly Step[]): Promise<unknown[]> {
  const story: unknown[] = []
  const note = async (doing: Promise<unknown>) =>
    story.push(await doing.catch((error: unknown) => `threw ${(error as Error).message}`))
  for (const home of homeRegions) await store.replicate(link, home)
  for (const step of steps) await note(step(store, link))
  for (const home of homeRegions) await note(store.links.find(link.id, home))
  return story
}

/** Random stories that must come out the same on both stores; each part of every story is told to `note`. */
function sameStories(real: SweptStore, simulated: SweptStore, note: (part: unknown) => void) {
  const stories = fc.record({ fields: anyLink, steps: fc.array(step, { minLength: 1, maxLength: 6 }) })
  return fc.asyncProperty(stories, async ({ fields, steps }) => {
    const link = { ...makeLink().link, ...fields }
    const story = await storyOf(real, link, steps)
    story.forEach(note)
    expect(await storyOf(simulated, link, steps)).toEqual(story)
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

  test('the simulated DynamoDB answers like this one, whatever the item and whatever is done to it', async () => {
    const kinds = new Map<string, number>()
    const note = (part: unknown) => {
      const kind = String((part as { kind?: string } | undefined)?.kind ?? part)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    await fc.assert(sameStories(real, simulated, note), { numRuns: 300 })
    // Random as it is, it must not pass because nothing ever happens.
    for (const kind of ['consumed', 'condition-failed', 'revoked', 'gone', 'used', 'due'])
      expect(kinds.get(kind), kind).toBeGreaterThan(0)
  })
})

test('one that differs in a single clause would be noticed', async () => {
  const file = 'shared/redemption/dynamodb-link-table.ts'
  const root = await brokenCopy('longer', [{ file, find: "'#expiresAt > :now',", replace: '' }])
  onTestFinished(() => removeCopy(root))
  const [whole, broken] = [memoryStore(await adaptersIn(repository)), memoryStore(await adaptersIn(root))]
  const { failed } = await fc.check(
    sameStories(whole, broken, () => undefined),
    { numRuns: 1000, endOnFailure: true },
  )
  expect(failed).toBe(true)
})
