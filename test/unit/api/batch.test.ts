import assert from 'node:assert'
import { describe, expect, test } from 'vitest'
import { createHandler } from '../../../api/handler.ts'
import type { LinkStore } from '../../../api/ports.ts'
import type { ApiHandler } from '../../../api/proxy-handler.ts'
import { type LinkId, parseLinkId } from '../../../shared/link.ts'
import { parseIpv4 } from '../../../shared/network.ts'
import type { ConsumeAttemptResult } from '../../../shared/redemption/link-table.ts'
import { proxyEvent, testApi, type TestApi } from '../../support/api.ts'
import { makeDraft, secondsFromNoon } from '../../support/links.ts'
import { memoryStore } from '../../support/memory-store.ts'

interface Result {
  readonly status: number
  readonly link?: { readonly id: string; readonly url: string; readonly expiresAt: string; readonly homeRegion: string }
  readonly retryAfterSeconds?: number
  readonly problem?: { readonly reason: string; readonly errors?: readonly { readonly field: string }[] }
}

const headers = (key: string) => ({ 'Content-Type': 'application/json', 'Idempotency-Key': key })

/** Issues a batch; fails when that is not answered item by item. */
async function issueAll(api: TestApi, links: readonly unknown[], request: object = {}): Promise<readonly Result[]> {
  const { status, body } = await api.call('POST', '/links/batch', { body: { links }, ...request })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(Object.keys(body)).toEqual(['results'])
  return body['results'] as readonly Result[]
}

/** Takes a link as an edge does, each time for another client. */
function takeOf(id: LinkId, keepsReceipt: boolean, { store }: TestApi): Promise<ConsumeAttemptResult> {
  const viewer = parseIpv4('203.0.113.7')
  const redemption = { id, homeRegion: 'us-east-1', bound: false, viewer } as const
  return store.table.tryConsume(
    { ...redemption, ...(keepsReceipt && { receipt: makeDraft() }) },
    { region: 'us-east-1', now: secondsFromNoon(1), timeoutMs: 1000 },
  )
}

/** A hundred links of which every tenth is wrong, in its own way. */
const hundred = Array.from({ length: 100 }, (_, index) => {
  const wrong = [
    {},
    { key: '' },
    null,
    7,
    [],
    { key: 'k', typo: 1 },
    { key: 'k', expiresIn: 1 },
    'k',
    { key: 'a*' },
    {},
  ]
  return index % 10 === 3 ? wrong[Math.floor(index / 10)] : { key: `file-${index}.pdf`, receipt: index % 2 === 0 }
})

describe('a batch', () => {
  test('of a hundred with ten wrong ones is ninety links, and each redeems once', async () => {
    const api = testApi()
    const results = await issueAll(api, hundred)
    expect(results.map(({ status }) => status)).toEqual(hundred.map((_, index) => (index % 10 === 3 ? 400 : 201)))
    const links = results.flatMap(({ link }) => link ?? [])
    expect(links).toHaveLength(90)
    expect(new Set(links.map(({ url }) => url)).size).toBe(90)
    for (const { id } of links) {
      const { body } = await api.call('GET', `/links/${id}`)
      const take = () => takeOf(parseLinkId(id)!, body['receipt'] === null, api)
      expect((await take()).kind).toBe('consumed')
      expect((await take()).kind).toBe('condition-failed')
    }
  })

  test('has each link as it was asked for, in its place', async () => {
    const api = testApi()
    const results = await issueAll(api, hundred)
    for (const [index, { link }] of results.entries()) {
      if (link === undefined) continue
      expect(Object.keys(link).toSorted()).toEqual(['expiresAt', 'homeRegion', 'id', 'url'])
      expect((await api.call('GET', `/links/${link.id}`)).body).toMatchObject({ key: `file-${index}.pdf` })
    }
  })

  test('says of a wrong link what it says when that is asked for alone', async () => {
    const api = testApi()
    const results = await issueAll(api, hundred)
    for (const [index, item] of hundred.entries()) {
      if (index % 10 !== 3) continue
      const alone = await api.call('POST', '/links', { body: item === undefined ? {} : JSON.stringify(item) })
      expect(results[index]).toEqual({ status: alone.status, problem: alone.body })
    }
  })

  test('that is repeated with its Idempotency-Key is the same hundred again, in whatever session', async () => {
    const { links } = memoryStore()
    let puts = 0
    const api = testApi({ links: { ...links, put: (...args) => ((puts += 1), links.put(...args)) } })
    const first = await issueAll(api, hundred, { headers: headers('k'), user: 'AROAMINE:monday' })
    api.clock.advance(3_600_000)
    const again = await issueAll(api, hundred, { headers: headers('k'), user: 'AROAMINE:tuesday' })
    expect(again.map(({ status, link }) => ({ status, link }))).toEqual(
      first.map(({ status, link }) => ({ status, link })),
    )
    expect(puts).toBe(90)
    const other = await issueAll(api, hundred, { headers: headers('k'), user: 'AROAOTHER:monday' })
    expect(new Set([...first, ...other].flatMap(({ link }) => link?.id ?? [])).size).toBe(180)
  })

  test.each([
    ['another link in one place', [{ key: 'a' }, { key: 'B' }, { key: 'c' }]],
    ['one more', [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }]],
    ['one less', [{ key: 'a' }, { key: 'b' }]],
    ['another order', [{ key: 'b' }, { key: 'a' }, { key: 'c' }]],
    ['one that is wrong', [{ key: 'a' }, { key: 'b' }, { key: 'c', typo: 1 }]],
  ])('that is sent with the Idempotency-Key of another is 422 and issues nothing: %s', async (_, links) => {
    const { links: stored } = memoryStore()
    let puts = 0
    const api = testApi({ links: { ...stored, put: (...args) => ((puts += 1), stored.put(...args)) } })
    const asked = [{ key: 'a' }, { key: 'b' }, { key: 'c' }]
    const first = await issueAll(api, asked, { headers: headers('k') })
    const other = await api.call('POST', '/links/batch', { body: { links }, headers: headers('k') })
    expect(other).toMatchObject({ status: 422, body: { reason: 'idempotency-key-reused' } })
    expect(puts).toBe(3)
    expect(await issueAll(api, asked, { headers: headers('k') })).toEqual(first)
  })

  test('of which no link can be read leaves its Idempotency-Key free, as a wrong link alone does', async () => {
    const api = testApi()
    await issueAll(api, [{ key: '' }, 7], { headers: headers('k') })
    const [one] = await issueAll(api, [{ key: 'a' }], { headers: headers('k') })
    expect(one?.status).toBe(201)
  })

  test('is the same batch with its fields in another order, and with what is the default said', async () => {
    const api = testApi()
    const first = await issueAll(api, [{ key: 'a', reference: 'r' }, 7], { headers: headers('k') })
    const again = await issueAll(api, [{ reference: 'r', key: 'a', confirm: false }, 7], { headers: headers('k') })
    expect(again).toEqual(first)
  })

  test('shares no Idempotency-Key with a link that is issued alone', async () => {
    const api = testApi()
    const [first] = await issueAll(api, [{ key: 'a' }], { headers: headers('k') })
    expect(first?.status).toBe(201)
    for (const key of ['k', 'k0']) {
      const alone = await api.call('POST', '/links', { body: { key: 'other' }, headers: headers(key) })
      expect(alone.status, key).toBe(201)
      expect(alone.body.id, key).not.toBe(first?.link?.id)
    }
  })

  test('goes on when single links can’t be written, and its repeat issues those', async () => {
    const { links } = memoryStore()
    let isDown = true
    const put: LinkStore['put'] = async (link, region) => {
      if (isDown && link.key.endsWith('3.pdf')) throw new Error('no answer')
      return links.put(link, region)
    }
    const api = testApi({ links: { ...links, put } })
    const asked = Array.from({ length: 30 }, (_, index) => ({ key: `${index}.pdf` }))
    const first = await issueAll(api, asked, { headers: headers('k') })
    const lost = first.flatMap(({ status, problem }, index) =>
      status === 503 ? [{ index, reason: problem?.reason }] : [],
    )
    expect(lost).toEqual([3, 13, 23].map(index => ({ index, reason: 'unavailable' })))
    isDown = false
    api.clock.advance(30_000) // the lease of a request that died
    const again = await issueAll(api, asked, { headers: headers('k') })
    expect(again.map(({ status }) => status)).toEqual(asked.map(() => 201))
    for (const [index, result] of again.entries()) {
      if (first[index]?.status === 201) expect(result).toEqual(first[index])
    }
  })

  test('begins no link when time runs out: what was not begun is 503, what was is finished', async () => {
    const { links } = memoryStore()
    const api: TestApi = testApi({
      links: { ...links, put: (...args) => (api.clock.advance(1000), links.put(...args)) },
    })
    const results = await issueAll(
      api,
      Array.from({ length: 100 }, () => ({ key: 'k' })),
    )
    const issued = results.filter(({ status }) => status === 201).length
    expect(issued).toBeGreaterThanOrEqual(12)
    expect(issued).toBeLessThan(60)
    const late = results.filter(({ status }) => status === 503)
    expect(late).toHaveLength(100 - issued)
    expect(late.every(({ retryAfterSeconds }) => retryAfterSeconds === 5)).toBe(true)
  })

  test('counts its time from when the request came, and not from when the quota was asked', async () => {
    const api: TestApi = testApi({
      quota: { tryAdd: async () => (api.clock.advance(11_999), { counted: true, used: 1 }) },
    })
    expect(await issueAll(api, [{ key: 'k' }])).toMatchObject([{ status: 201 }])
    const late: TestApi = testApi({
      quota: { tryAdd: async () => (late.clock.advance(12_000), { counted: true, used: 1 }) },
    })
    expect((await late.call('POST', '/links/batch', { body: { links: [{ key: 'k' }] } })).status).toBe(503)
  })

  test('of which no link can be had now is a 503 with Retry-After, as a single one is', async () => {
    const put: LinkStore['put'] = async () => Promise.reject(new Error('no answer'))
    const api = testApi({ links: { ...memoryStore().links, put } })
    const batch = await api.call('POST', '/links/batch', { body: { links: [{ key: 'a' }, { key: 'b' }] } })
    const alone = await api.call('POST', '/links', { body: { key: 'a' } })
    expect(batch).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(alone).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(batch.body).toEqual(alone.body)
  })

  test('of which no link could be had may be repeated with its Idempotency-Key', async () => {
    const { links } = memoryStore()
    let isDown = true
    const put: LinkStore['put'] = async (...args) =>
      isDown ? Promise.reject(new Error('no answer')) : links.put(...args)
    const api = testApi({ links: { ...links, put } })
    const request = { body: { links: [{ key: 'a' }, { key: 'b' }] }, headers: headers('k') }
    expect((await api.call('POST', '/links/batch', request)).status).toBe(503)
    isDown = false
    api.clock.advance(30_000)
    expect(await issueAll(api, request.body.links, request)).toMatchObject([{ status: 201 }, { status: 201 }])
  })

  test('says of each link when it makes sense to ask for it again, where it does', async () => {
    const { links } = memoryStore()
    const put: LinkStore['put'] = async (link, region) =>
      link.key === 'lost' ? Promise.reject(new Error('no answer')) : links.put(link, region)
    const api = testApi({ links: { ...links, put } })
    const asked = [{ key: 'lost' }, { key: 'k' }, { key: '' }]
    const first = await issueAll(api, asked, { headers: headers('k') })
    expect(first.map(({ retryAfterSeconds }) => retryAfterSeconds)).toEqual([5, undefined, undefined])
    const [inUse] = await issueAll(api, asked, { headers: headers('k') })
    expect(inUse).toMatchObject({ problem: { reason: 'idempotency-key-in-use' }, retryAfterSeconds: 30 })
  })

  test('is a 503 and no more when what it holds can’t be looked at', async () => {
    const made: ApiHandler[] = []
    const api = testApi({}, {}, (...parts) => made[made.push(createHandler(...parts)) - 1]!)
    const event = proxyEvent('POST', '/links/batch', { body: {} })
    Object.defineProperty(event, 'body', { get: () => assert.fail('cut off') })
    expect((await made[0]!(event)).statusCode).toBe(503)
    expect(api.lines).toMatchObject([{ outcome: 'refused', status: 503, error: 'AssertionError' }])
  })

  test('keeps no more than 25 links in the making', async () => {
    const { links } = memoryStore()
    let [making, most] = [0, 0]
    const put: LinkStore['put'] = async (...args) => {
      most = Math.max(most, (making += 1))
      await Promise.resolve()
      making -= 1
      return links.put(...args)
    }
    await issueAll(
      testApi({ links: { ...links, put } }),
      Array.from({ length: 100 }, () => ({ key: 'k' })),
    )
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(25)
  })

  test('has a line in the log for each link, as when it is issued alone, and one for all', async () => {
    const api = testApi()
    const results = await issueAll(api, [{ key: 'a' }, { key: '' }])
    const common = { requestId: 'r-1', ms: 0 }
    expect(api.lines.toSorted((a, b) => (a.item ?? 9) - (b.item ?? 9))).toEqual([
      { outcome: 'issued', status: 201, linkId: results[0]?.link?.id, item: 0, ...common },
      { outcome: 'refused', status: 400, reason: 'invalid-fields', item: 1, ...common },
      { outcome: 'batched', status: 200, ...common },
    ])
  })

  test('without any keys is a 503 as a whole', async () => {
    const keyring = { current: async () => Promise.reject(new Error('no keys')) }
    const answer = await testApi({ keyring }).call('POST', '/links/batch', { body: { links: [{ key: 'k' }] } })
    expect(answer).toMatchObject({ status: 503, body: { reason: 'unavailable' } })
  })
})

describe('a batch is wrong as a whole', () => {
  test.each([
    ['no list', { links: 'k' }, 'links'],
    ['nothing', {}, 'links'],
    ['none', { links: [] }, 'links'],
    ['a hundred and one', { links: Array.from({ length: 101 }, () => ({ key: 'k' })) }, 'links'],
    ['a list without a name', [{ key: 'k' }], '(whole)'],
    ['something beside', { links: [{ key: 'k' }], confirm: true }, 'confirm'],
  ])('with %s', async (_, body, field) => {
    const answer = await testApi().call('POST', '/links/batch', { body })
    expect(answer).toMatchObject({ status: 400, body: { reason: 'invalid-fields', errors: [{ field }] } })
  })

  test('with an Idempotency-Key that is none', async () => {
    const request = { body: { links: [{ key: 'k' }] }, headers: headers('ü') }
    const answer = await testApi().call('POST', '/links/batch', request)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'Idempotency-Key' }] } })
  })

  test('beyond 512 KB, and not up to it', async () => {
    const body = (bytes: number) => {
      const start = JSON.stringify({ links: [{ key: 'k' }] })
      return start + ' '.repeat(bytes - start.length)
    }
    const api = testApi()
    expect((await api.call('POST', '/links/batch', { body: body(524_288) })).status).toBe(200)
    expect((await api.call('POST', '/links/batch', { body: body(524_289) })).status).toBe(413)
  })

  test('with any method but POST', async () => {
    const answer = await testApi().call('GET', '/links/batch')
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  })
})

test('the largest batch of the worst links is answered within what Lambda sends, 6 MB', async () => {
  // Names that are long as JSON, as many as an answer repeats; half a megabyte of them.
  const wrong = (index: number) =>
    Object.fromEntries(Array.from({ length: 25 }, (_, field) => [`${'\u0001'.repeat(24)}${index} ${field}`, 1]))
  const body = JSON.stringify({ links: Array.from({ length: 100 }, (_, index) => wrong(index)) })
  expect(body.length).toBeGreaterThan(380_000)
  const { status, body: answer } = await testApi().call('POST', '/links/batch', { body })
  expect(status).toBe(200)
  expect(JSON.stringify(answer).length).toBeLessThan(6_000_000)
})
