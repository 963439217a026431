import { describe, expect, test } from 'vitest'
import type { ApiPorts } from '../../../api/ports.ts'
import { linkRoutes } from '../../../shared/api/routes.ts'
import { linkIdOf } from '../../../shared/link.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api/api.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { asRole, asToken, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

const all = ['issue', 'read', 'revoke', 'exchange'] as const
const limits = { linkSeconds: 60, maxLinkSeconds: 600, maxBatch: 2, requestsPerMinute: 5 }
const issuers = issuersOf(
  { id: 'reports', principal: roleArn('reports'), prefixes: ['reports/', 'exports/'], verbs: all },
  { id: 'limited', principal: roleArn('limited'), prefixes: ['reports/'], verbs: all, ...limits },
  { id: 'admin', principal: roleArn('admin'), prefixes: [''], verbs: ['admin'] },
  { id: 'desk', group: 'desk', prefixes: ['desk/'], verbs: all, own: true },
  { id: 'desk', principal: roleArn('lead'), prefixes: ['desk/'], verbs: all },
  { id: 'staff', group: 'staff', prefixes: ['staff/'], verbs: ['issue', 'read'] },
)

const reports = asRole('reports')
const withKey = { 'content-type': 'application/json', 'idempotency-key': 'k' }

/** Makes an API with these issuers. */
const issuersApi = (ports: Partial<ApiPorts> = {}) => testApi(ports, { issuers })

/** Issues a link as an issuer; returns the response. */
const issue = (
  api: TestApi,
  key: string,
  { as = reports, ...more }: { as?: object; reference?: string; expiresIn?: number } = {},
): Promise<ApiAnswer> => api.call('POST', '/links', { body: { key, ...more }, ...as })

describe('a caller that is no issuer', () => {
  const touched = () => {
    throw new Error('must not be called')
  }
  const untouchable: Partial<ApiPorts> = {
    keyring: { current: touched },
    links: { put: touched, find: touched, revoke: touched, replace: touched },
    objects: { look: touched },
    listings: { page: touched },
    idempotency: { reserve: touched, takeOver: touched, complete: touched, release: touched },
    quota: { tryAdd: touched },
  }

  test.each([...Object.values(linkRoutes), { method: 'PUT', path: '/elsewhere' }])(
    'is refused before anything else: $method $path',
    async ({ method, path }) => {
      const api = testApi(untouchable, { issuers })
      for (const as of [asRole('other'), asToken('alice'), {}]) {
        const response = await api.call(method, path, { body: '{', ...as })
        expect(response).toMatchObject({ status: 403, body: { reason: 'not-an-issuer' } })
        expect(response.headers).not.toHaveProperty('ratelimit')
      }
      expect(api.lines.map(({ reason }) => reason)).toEqual(api.lines.map(() => 'not-an-issuer'))
    },
  )

  test('exchanges nothing, and the table is not asked', async () => {
    const api = testExchange({ deployment: { issuers } })
    const response = await api.exchange(makeLink().nonce, asRole('other'))
    expect(response).toMatchObject({ status: 403, body: { reason: 'not-an-issuer' } })
    expect(api.calls()).toBe(0)
  })

  test('learns which principal it is', async () => {
    const { body } = await issue(issuersApi(), 'reports/1', { as: asRole('other') })
    const got = 'arn:aws:sts::111122223333:assumed-role/other/session'
    expect(body.errors).toEqual([{ field: 'principal', got, allowed: 'an issuer of this deployment' }])
  })

  test('is every token if there are no issuers, while IAM decides on principals of the account', async () => {
    expect((await testApi().call('GET', '/links', asToken('alice'))).body.reason).toBe('not-an-issuer')
    expect((await testApi().call('GET', '/links', asRole('other'))).status).toBe(200)
  })
})

describe('a token', () => {
  test.each([
    ['has no end', { expiresAt: '' }],
    ['has an end that is no number', { expiresAt: 'never' }],
  ])('that %s is refused, though the authorizer accepted it', async (_, fields) => {
    const token = asToken('alice', ['staff'])
    const as = { ...token, authorizer: { ...token.authorizer, ...fields } }
    const response = await issuersApi().call('GET', '/links', as)
    expect(response).toMatchObject({ status: 401, body: { reason: 'token-expired' } })
    expect(response.headers['www-authenticate']).toContain('Bearer error="invalid_token"')
  })

  test.each([
    ['no subject', { subject: '' }],
    ['groups that are no list', { groups: '"staff"' }],
    ['groups that are no JSON', { groups: 'staff' }],
    ['other groups', { groups: '["other"]' }],
    ['a group as its subject', { subject: 'staff', groups: '[]' }],
  ])('with %s names no issuer', async (_, fields) => {
    const token = asToken('alice', ['staff'])
    const as = { ...token, authorizer: { ...token.authorizer, ...fields } }
    expect((await issuersApi().call('GET', '/links', as)).body.reason).toBe('not-an-issuer')
  })

  test('does not count as the IAM principal beside it', async () => {
    const as = { ...asRole('reports'), authorizer: asToken('mallory').authorizer }
    expect((await issuersApi().call('GET', '/links', as)).body.reason).toBe('not-an-issuer')
  })
})

describe('an issuer', () => {
  test('whose batch has no key of its own leaves no idempotency record', async () => {
    const api = issuersApi()
    const send = (key: string) =>
      api.call('POST', '/links/batch', { body: { links: [{ key }] }, headers: withKey, ...reports })
    expect((await send('audits/1')).status).toBe(200)
    expect((await send('reports/1')).body['results']).toMatchObject([{ status: 201 }])
  })

  test('has limits of its own in place of those of the deployment', async () => {
    const api = issuersApi()
    const limited = asRole('limited')
    const { body, headers } = await issue(api, 'reports/1', { as: limited })
    expect(body['expiresAt']).toBe('2026-11-24T12:01:00Z')
    expect(headers['ratelimit-policy']).toBe('"caller";q=5;w=60')
    expect((await issue(api, 'reports/1', { expiresIn: 601, as: limited })).body.errors?.[0]).toMatchObject({
      field: 'expiresIn',
      allowed: expect.stringContaining('10 to 600 seconds'),
    })
    const three = { links: [1, 2, 3].map(n => ({ key: `reports/${n}` })) }
    expect((await api.call('POST', '/links/batch', { body: three, ...limited })).body.errors).toEqual([
      { field: 'links', got: '3 links', allowed: '1 to 2 links: the limit of this issuer' },
    ])
    const statuses = []
    for (let n = 0; n < 3; n += 1) statuses.push((await issue(api, 'reports/1', { as: limited })).status)
    expect(statuses).toEqual([201, 201, 429])
  })
})

test('a new link has its reference as its issuer wrote it, alone and in a batch', async () => {
  const api = issuersApi()
  expect((await issue(api, 'reports/a', { reference: 'case 17' })).body).toMatchObject({ reference: 'case 17' })
  const links = [{ key: 'reports/a', reference: 'case 18' }, { key: 'reports/a' }]
  const { body } = await api.call('POST', '/links/batch', { body: { links }, ...reports })
  const results = body['results'] as readonly { readonly link: { readonly reference?: string } }[]
  expect(results.map(({ link }) => link.reference)).toEqual(['case 18', undefined])
})

describe('a list', () => {
  test('by reference needs the issuer from an admin, and takes it from no one else', async () => {
    for (const [query, as] of [
      ['reference=r', asRole('admin')],
      ['issuer=limited', reports],
      ['issuer=Reports', asRole('admin')],
    ] as const) {
      const { body } = await issuersApi().call('GET', `/links?${query}`, as)
      expect(body.errors, query).toMatchObject([{ field: 'issuer' }])
    }
  })

  test('by reference has no link of an issuer whose stored reference is the same text', async () => {
    const store = memoryStore()
    const [own, plain] = [makeLink({ issuer: 'reports', reference: 'reports/r' }), makeLink({ reference: 'reports/r' })]
    for (const { link } of [own, plain]) await store.links.put(link, 'us-east-1')
    const api = testApi({ links: store.links, listings: store.listings })
    const idsOf = async (query: string) =>
      ((await api.call('GET', `/links?${query}`)).body['links'] as { id: string }[]).map(({ id }) => id)
    expect(await idsOf('reference=reports/r')).toEqual([plain.link.id])
    expect(await idsOf('reference=r&issuer=reports')).toEqual([own.link.id])
  })

  test('of a caller who owns few links reads up to ten pages, and charges each', async () => {
    const store = memoryStore()
    for (let n = 0; n < 300; n += 1) await store.links.put(makeLink({ issuer: 'other' }).link, 'us-east-1')
    const api = issuersApi({ links: store.links, listings: store.listings })
    const { body, headers } = await api.call('GET', '/links?limit=5', reports)
    expect(body).toEqual({ links: [] })
    expect(headers['ratelimit']).toBe('"caller";r=2996;t=60') // 5, 20, 80 and 320 links
  })
})

describe('a caller with links of its own only', () => {
  const [carol, dave] = [asToken('carol', ['desk']), asToken('dave', ['desk'])]
  const [before = 0, after = 0] = testKeys.mac.bySlot.keys()

  /** Issues links of two callers, half of them before a rotation of the MAC key; returns carol's, newest first. */
  async function withLinks() {
    const store = memoryStore()
    let current = before
    const keyring = { current: async () => ({ ...testKeys, mac: { ...testKeys.mac, current } }) }
    const api = issuersApi({ links: store.links, listings: store.listings, keyring })
    const ids: string[] = []
    for (let n = 0; n < 20; n += 1) {
      current = n < 10 ? before : after
      ids.unshift((await issue(api, 'desk/1', { as: carol, reference: 'r' })).body.id ?? '')
      await issue(api, 'desk/1', { as: dave, reference: 'r' })
      api.clock.advance(1000)
    }
    return { api, ids, store }
  }

  /** Reads a whole list; returns its ids, page by page, and the cursors. */
  async function pagesOf(api: TestApi, query: string, as: object) {
    const [ids, cursors]: [string[][], string[]] = [[], []]
    do {
      const { body } = await api.call(
        'GET',
        `/links?${query}${cursors.map(each => `&cursor=${each}`).at(-1) ?? ''}`,
        as,
      )
      ids.push((body['links'] as { id: string }[]).map(({ id }) => id))
      cursors.push((body['next'] ?? '') as string)
    } while (cursors.at(-1) !== '')
    return { ids, cursors: cursors.slice(0, -1) }
  }

  test.each([1, 3, 7, 10, 20, 50])(
    'lists them newest first, across a rotation of the key, %i at a time',
    async limit => {
      const { api, ids } = await withLinks()
      const { ids: pages } = await pagesOf(api, `limit=${limit}`, carol)
      expect(pages.flat()).toEqual(ids)
      expect(pages[0]).toHaveLength(Math.min(limit, 20))
    },
  )

  test.each(['limit=3', 'limit=3&reference=r', 'limit=3&state=live'])(
    'has cursors that no other has: %s',
    async query => {
      const { api, ids } = await withLinks()
      const { ids: pages, cursors } = await pagesOf(api, query, carol)
      expect(pages.flat().toSorted()).toEqual(ids.toSorted())
      for (const cursor of cursors)
        for (const as of [dave, asRole('lead')])
          expect((await api.call('GET', `/links?${query}&cursor=${cursor}`, as)).status).toBe(400)
    },
  )

  test('is known to the table by a keyed hash, which no response has, and links of others have none', async () => {
    const { api, ids, store } = await withLinks()
    const link = await store.links.find(ids[0] as never, 'us-east-1')
    expect(link?.caller).toMatch(/^[\w-]{22}$/)
    for (const path of [`/links/${ids[0]}`, '/links', '/links?reference=r'])
      expect(JSON.stringify(await api.call('GET', path, carol))).not.toContain(link?.caller)
    const { body } = await issue(api, 'desk/1', { as: asRole('lead') })
    expect(await store.links.find(body.id as never, 'us-east-1')).not.toHaveProperty('caller')
    expect((await api.call('GET', `/links/${body.id}`, carol)).status).toBe(404)
  })
})

describe('the exchange', () => {
  const state = {
    state: 'used',
    receipt: { ...makeDraft(), redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) },
  }

  test('of a used link of another issuer does not count as a refused use', async () => {
    const api = testExchange({ deployment: { issuers } })
    const { link, nonce } = makeLink({ ...(state as object), issuer: 'other' })
    await api.store.links.put(link, 'us-east-1')
    expect((await api.exchange(nonce, reports)).body.reason).toBe('no-such-link')
    expect(await api.store.links.find(linkIdOf(nonce), 'us-east-1')).toEqual(link)
    expect(api.calls()).toBe(1)
  })

  test('takes one call to the table for an issuer, too', async () => {
    const api = testExchange({ deployment: { issuers } })
    const { link, nonce } = makeLink({ issuer: 'reports', key: 'reports/1' as never })
    await api.store.links.put(link, 'us-east-1')
    expect((await api.exchange(nonce, reports)).status).toBe(200)
    expect(api.calls()).toBe(1)
  })

  test('if the response was lost is as uncertain for a link of another issuer as for one that never existed', async () => {
    const outcomes = []
    for (const exists of [true, false]) {
      const { link, nonce } = makeLink({ issuer: 'other' })
      const store = memoryStore()
      if (exists) await store.links.put(link, 'us-east-1')
      let lost = 0
      const table: typeof store.table = {
        ...store.table,
        tryConsume: async (...args) =>
          (lost += 1) === 1 ? { kind: 'unknown-effect' } : store.table.tryConsume(...args),
      }
      const api = testExchange({ deployment: { issuers }, store, ports: { table } })
      outcomes.push((await api.exchange(nonce, reports)).body)
    }
    expect(outcomes[0]).toMatchObject({ reason: 'outcome-unknown' })
    expect(outcomes[0]).toEqual(outcomes[1])
  })
})

test('a key that the distribution does not serve is refused as a field', async () => {
  const api = testApi({}, { contentPrefixes: ['media/', 'files/'] })
  expect((await api.call('POST', '/links', { body: { key: 'media/1' } })).status).toBe(201)
  const { status, body } = await api.call('POST', '/links', { body: { key: 'mediathek/1' } })
  expect(status).toBe(400)
  expect(body.errors).toMatchObject([{ field: 'key', got: '"mediathek/1"' }])
})
