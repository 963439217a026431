import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbLinkLists } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import type { LinkLists } from '../../../api/ports.ts'
import { callerHashes } from '../../../api/principal.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import { bindsWithoutClient, type Link } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/table/store.ts'
import { asToken, issuersOf } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { memoryStore, type SweptStore } from '../../support/table/memory-store.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

const repository = join(import.meta.dirname, '../../..')
const many = 1000
const references = ['order 17', 'Zürich/ü', 'x'.repeat(200)] as const

const used = { redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }

/**
 * Makes a link; each index has the next state and reference, and 50 have the same second. Half of the homes are in
 * another Region.
 */
function linkOf(index: number): Link {
  const states: readonly Partial<Link>[] = [
    {},
    { state: 'live' },
    { state: 'used', receipt: { ...makeDraft(), ...used } },
    { state: 'revoked' },
    { expiresAt: secondsFromNoon(-1) },
    { expiresAt: secondsFromNoon(0), state: 'live' },
    { notBefore: secondsFromNoon(60) },
  ]
  const reference = references[index % 5]
  const homeRegion = homeRegions[index % 2] ?? 'us-east-1'
  const issuedAt = secondsFromNoon(-Math.floor(index / 50) - 60)
  return makeLink({ ...states[index % 7], ...(reference && { reference }), homeRegion, issuedAt }).link
}

const stateOf = (index: number) =>
  ['live', 'live', 'used', 'revoked', 'expired', 'expired', 'not-yet-valid'][index % 7] ?? ''

/** All pages of one list. */
interface List {
  readonly ids: readonly string[]
  readonly times: readonly string[]
  readonly pages: number
}

/** Reads a whole list, page by page; throws if it doesn't end. */
async function readAll(api: TestApi, filters: Readonly<Record<string, string>>, as: object = {}): Promise<List> {
  const [ids, times]: [string[], string[]] = [[], []]
  let cursor: string | undefined
  for (let pages = 1; pages <= 2 * many; pages += 1) {
    const query = new URLSearchParams({ ...filters, ...(cursor !== undefined && { cursor }) })
    const { status, body } = await api.call('GET', `/links?${query.toString()}`, as)
    expect(status, JSON.stringify(body)).toBe(200)
    const links = body['links'] as { id: string; issuedAt: string }[]
    expect(links.length).toBeLessThanOrEqual(Number(filters['limit'] ?? 50))
    ids.push(...links.map(({ id }) => id))
    times.push(...links.map(({ issuedAt }) => issuedAt))
    cursor = body['next'] as string | undefined
    if (cursor === undefined) return { ids, times, pages }
  }
  throw new Error('the list does not end')
}

interface Filters {
  readonly reference?: string
  readonly state?: string
}

/** Every reference, and an unknown one, with every state. */
const filterSets = [undefined, ...references, 'unknown'].flatMap(reference =>
  [undefined, 'live', 'used', 'revoked', 'expired', 'not-yet-valid'].map((state): [string, Filters] => [
    `${reference === undefined ? 'of any reference' : `of “${reference.slice(0, 12)}”`}, ${state ?? 'in any state'}`,
    { ...(reference !== undefined && { reference }), ...(state !== undefined && { state }) },
  ]),
)

/** What lists promise on every store. */
function listing(store: () => SweptStore) {
  let links: readonly Link[] = []
  let api: TestApi
  beforeAll(async () => {
    links = Array.from({ length: many }, (_, index) => linkOf(index))
    // To the nearest replica, as if those with another home were replicated.
    for (let start = 0; start < many; start += 50)
      await Promise.all(links.slice(start, start + 50).map(link => store().replicate(link, 'us-east-1')))
    api = testApi({ links: store().links, listings: store().listings }, { callerQuota: 60_000 })
  })

  test.each(filterSets)('a list of a thousand links, %s, has each matching link once', async (_, filters) => {
    const matching = links.filter(
      ({ reference }, index) =>
        (filters.reference === undefined || reference === filters.reference) &&
        (filters.state === undefined || stateOf(index) === filters.state),
    )
    for (const limit of ['100', '31']) {
      const { ids, times, pages } = await readAll(api, { ...filters, limit })
      expect(ids.toSorted()).toEqual(matching.map(({ id }) => id).toSorted())
      if (filters.reference !== undefined) expect(times).toEqual(times.toSorted().toReversed())
      expect(pages).toBeLessThanOrEqual(1 + many / Number(limit))
    }
    if (filters.reference !== 'unknown' && filters.state !== 'not-yet-valid')
      expect(matching.length).toBeGreaterThan(20)
  })

  test('pages of one link have all links, too', async () => {
    const { ids } = await readAll(api, { reference: references[0], limit: '1' })
    expect(ids).toHaveLength(200)
    expect(new Set(ids).size).toBe(200)
  })

  test('a list shows a link like GET /links/{id}, and no longer has it when it is used', async () => {
    const { link } = makeLink({ reference: 'one', filename: 'a.pdf' })
    await store().links.put(link, 'us-east-1')
    const alone = await api.call('GET', `/links/${link.id}`)
    expect((await api.call('GET', '/links?reference=one')).body['links']).toEqual([alone.body])
    await store().table.tryConsume(
      { id: link.id, homeRegion: 'us-east-1', bound: false, viewer: undefined, binds: bindsWithoutClient },
      { region: 'us-east-1', now: secondsFromNoon(0), timeoutMs: 5000 },
    )
    expect((await api.call('GET', '/links?reference=one')).body).toEqual({ links: [] })
  })

  test('the next page continues after the last link, even if that was deleted in between', async () => {
    const reference = 'vanishing'
    const three = [30, 20, 10].map(ago => makeLink({ reference, issuedAt: secondsFromNoon(-ago) }).link)
    for (const link of three) await store().links.put(link, 'us-east-1')
    const first = await api.call('GET', `/links?reference=${reference}&limit=1`)
    await store().sweepings.purge(three[2]?.id ?? three[0]!.id, secondsFromNoon(100_000))
    const rest = await api.call('GET', `/links?reference=${reference}&cursor=${String(first.body['next'])}`)
    const idsOf = (body: object) => (body as { links: { id: string }[] }).links.map(({ id }) => id)
    expect([...idsOf(first.body), ...idsOf(rest.body)]).toEqual(three.map(({ id }) => id).toReversed())
  })

  describe('of an issuer whose callers have their own links', () => {
    const issuers = issuersOf({ id: 'desk', group: 'desk', prefixes: [''], verbs: ['read'], own: true })
    const [anna, ben] = ['anna', 'ben'].map(name => asToken(name, ['desk'])) as [object, object]
    const [hash] = callerHashes('token/https://login.example.com/anna', testKeys.mac)
    const ask = () => testApi({ links: store().links, listings: store().listings }, { issuers, callerQuota: 100 })
    const ofAnna = (reference: string, ago: number) =>
      makeLink({ issuer: 'desk', caller: hash, reference: `desk/${reference}`, issuedAt: secondsFromNoon(-ago) }).link
    const mine = Array.from({ length: 30 }, (_, index) => ofAnna(index % 3 === 0 ? 'mine' : 'other', index))
    beforeAll(async () => {
      const cases = Array.from({ length: 300 }, (_, index) => ofAnna('case', 100 + index))
      await Promise.all([...mine, ...cases].map(link => store().replicate(link, 'us-east-1')))
    })

    test('a list by reference is the same for one that only a colleague uses and one that nobody uses', async () => {
      for (const limit of [1, 50]) {
        const [used, unused] = await Promise.all(
          ['case', 'none'].map(name => ask().call('GET', `/links?reference=${name}&limit=${limit}`, ben)),
        )
        expect(used).toMatchObject({ status: 200, headers: { ratelimit: '"caller";r=99;t=60' } })
        expect([used?.body, used?.headers['ratelimit']]).toEqual([unused?.body, unused?.headers['ratelimit']])
      }
    })

    test('a list by reference has all of one’s own, newest first, over several pages', async () => {
      const { ids, pages } = await readAll(ask(), { reference: 'mine', limit: '3' }, anna)
      expect(ids).toEqual(mine.filter((_, index) => index % 3 === 0).map(({ id }) => id))
      expect(pages).toBeGreaterThanOrEqual(4)
      expect((await readAll(ask(), { reference: 'case' }, anna)).ids).toHaveLength(300)
      expect((await readAll(ask(), { reference: 'case' }, ben)).ids).toEqual([])
    })
  })
}

describe('in memory', () => {
  const store = memoryStore()
  listing(() => store)
})

onBothStores(homeRegions, tables => {
  let store: SweptStore
  beforeAll(async () => {
    store = await storeOnTables(tables(), await adaptersIn(repository))
  })
  listing(() => store)
})

test('lists of a Region show a link of another Region as soon as and as long as its replica has it', async () => {
  const tables = await startDynalite(homeRegions)
  onTestFinished(() => tables.close())
  await createTables(['links'], homeRegions, tables.config)
  const store = await listingsOn(tables.config)
  const { link } = makeLink({ reference: 'far', homeRegion: 'eu-west-1' })
  const request = { reference: 'far', after: undefined, limit: 10 }
  const other = { ...link, issuedAt: secondsFromNoon(9) }
  await store.put(link, 'eu-west-1')
  expect((await store.listings.page(request, 'us-east-1')).links).toEqual([])
  await store.put(link, 'us-east-1')
  expect((await store.listings.page(request, 'us-east-1')).links).toEqual([link])
  await store.put(other, 'us-east-1')
  expect((await store.listings.page(request, 'us-east-1')).links).toEqual([other])
  await store.put({ ...link, reference: 'elsewhere' }, 'us-east-1')
  expect((await store.listings.page(request, 'us-east-1')).links).toEqual([])
})

async function listingsOn(
  config: Parameters<typeof createTables>[2],
): Promise<{ listings: LinkLists; put: (link: Link, region: Region) => Promise<unknown> }> {
  const dynamodb = dynamodbIn(homeRegions, config)
  const put = async (link: Link, region: Region) =>
    dynamodb(region, 5000).send('PutItem', { TableName: 'links', Item: itemOfLink(link) })
  return { listings: dynamodbLinkLists('links', dynamodb), put }
}

test('broken on purpose, a list that continues after the last link read loses links', async () => {
  const patch = {
    file: 'api/links/list.ts',
    find: '{ region, position: link }',
    replace: '{ region, position: page.next ?? link }',
  }
  const root = await brokenCopy('rest', [patch], ['api', 'shared'])
  onTestFinished(() => removeCopy(root))
  const { createHandler } = (await import(
    join(root, 'api/links/handler.ts')
  )) as typeof import('../../../api/links/handler.ts')
  const store = memoryStore()
  for (let index = 0; index < 210; index += 1) await store.replicate(linkOf(index), 'us-east-1')
  const countLive = async (api: TestApi) => new Set((await readAll(api, { limit: '3', state: 'live' })).ids).size
  const ports = { links: store.links, listings: store.listings }
  expect(await countLive(testApi(ports))).toBe(60)
  expect(await countLive(testApi(ports, {}, createHandler))).toBeLessThan(60)
})
