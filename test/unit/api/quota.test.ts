import { describe, expect, test } from 'vitest'
import type { Counter, Quota } from '../../../api/ports.ts'
import { quotaBlockOf } from '../../../shared/limits.ts'
import { testApi } from '../../support/api/api.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryQuota } from '../../support/api/memory-quota.ts'

const callerQuota = 100
const mine = { user: 'AROAMINE:monday' }
const missing = '/links/AAAAAAAAAAAAAAAAAAAAAA'

/** Returns the requests left in the quota, from the headers of a response. */
const leftIn = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
  Number(/^"caller";r=(\d+);t=\d+$/.exec(headers['ratelimit'] ?? '')?.[1])

/** Makes the request for a batch of `length` links. */
const batchOf = (length: number) => ({ body: { links: Array.from({ length }, () => ({ key: 'k' })) } })

/** The request for so many links that the table must count them. */
const block = batchOf(quotaBlockOf(callerQuota))

/** Makes an API whose caller has used up the quota of this minute. */
async function usedUp(ports: { quota?: Quota } = {}) {
  const api = testApi(ports, { callerQuota })
  for (let count = 0; count < callerQuota; count += 1) await api.call('GET', missing, mine)
  return api
}

describe('a caller', () => {
  test('gets the requests left and the seconds until the quota is full, with every response', async () => {
    const api = testApi({}, { callerQuota })
    api.clock.advance(17_250)
    const responses = [
      await api.call('POST', '/links', { body: { key: 'k' } }),
      await api.call('POST', '/links', { body: '{' }),
      await api.call('GET', '/links'),
      await api.call('GET', missing),
      await api.call('PUT', missing),
      await api.call('DELETE', missing),
    ]
    expect(responses.map(({ status }) => status)).toEqual([201, 400, 200, 404, 405, 404])
    expect(responses.map(({ headers }) => headers['ratelimit-policy'])).toEqual(
      responses.map(() => '"caller";q=100;w=60'),
    )
    expect(responses.map(({ headers }) => headers['ratelimit'])).toEqual(
      [99, 98, 97, 96, 95, 94].map(left => `"caller";r=${left};t=43`),
    )
  })

  test('over the quota is refused until the minute ends, and other callers are not', async () => {
    const api = await usedUp()
    api.clock.advance(12_000)
    const over = await api.call('POST', '/links', { body: { key: 'k' }, ...mine })
    expect(over).toMatchObject({ status: 429, body: { reason: 'too-many-requests', status: 429 } })
    expect(over.headers).toMatchObject({ 'retry-after': '48', ratelimit: '"caller";r=0;t=48' })
    expect((await api.call('POST', '/links', { body: { key: 'k' }, user: 'AROAOTHER:monday' })).status).toBe(201)
    expect((await api.call('POST', '/links', { body: { key: 'k' }, ...mine, account: '444455556666' })).status).toBe(
      201,
    )
    api.clock.advance(48_000)
    expect((await api.call('POST', '/links', { body: { key: 'k' }, ...mine })).status).toBe(201)
  })

  test('is not charged for a batch that exceeds the quota', async () => {
    const api = testApi({}, { callerQuota })
    await api.call('POST', '/links/batch', batchOf(60))
    const over = await api.call('POST', '/links/batch', batchOf(41))
    expect(over.status).toBe(429)
    expect(leftIn(over)).toBe(40)
    const fits = await api.call('POST', '/links/batch', batchOf(40))
    expect(fits.status).toBe(200)
    expect(leftIn(fits)).toBe(0)
  })

  test('is charged one request for a batch that is wrong as a whole', async () => {
    const api = testApi({}, { callerQuota })
    const wrong = await api.call('POST', '/links/batch', { body: { links: Array.from({ length: 101 }, () => ({})) } })
    expect(wrong.status).toBe(400)
    expect(leftIn(wrong)).toBe(99)
  })

  test('is allowed if counting fails, without headers about the quota', async () => {
    const quota: Quota = { tryAdd: async () => Promise.reject(new Error('no response')) }
    const { status, headers } = await testApi({ quota }, { callerQuota }).call('POST', '/links/batch', block)
    expect(status).toBe(200)
    expect(headers).not.toHaveProperty('ratelimit')
    expect(headers).not.toHaveProperty('ratelimit-policy')
  })

  test('gets no t of the quota if Retry-After is about something else', async () => {
    const down = testApi({ links: { ...testApi().store.links, put: async () => 'unsure' } }, { callerQuota })
    const request = { body: { key: 'k' }, headers: { 'content-type': 'application/json', 'idempotency-key': 'k' } }
    const lost = await down.call('POST', '/links', request)
    expect(lost.headers).toMatchObject({ 'retry-after': '5', ratelimit: '"caller";r=99' })
    const inUse = await down.call('POST', '/links', request)
    expect(inUse.headers).toMatchObject({ 'retry-after': '30', ratelimit: '"caller";r=98' })
  })

  test('gets the seconds left at the time of the response', async () => {
    const { links } = testApi().store
    const api: ReturnType<typeof testApi> = testApi(
      { links: { ...links, put: async (...args) => (api.clock.advance(7000), links.put(...args)) } },
      { callerQuota },
    )
    api.clock.advance(50_000)
    const first = await api.call('POST', '/links', { body: { key: 'k' } })
    expect(first.headers['ratelimit']).toBe('"caller";r=99;t=3')
    // Its minute has ended by then.
    const second = await api.call('POST', '/links', { body: { key: 'k' } })
    expect(second.headers['ratelimit']).toBe('"caller";r=98;t=0')
  })

  test('is charged one request for a batch with an invalid Idempotency-Key', async () => {
    const api = testApi({}, { callerQuota })
    const wrong = await api.call('POST', '/links/batch', {
      ...batchOf(90),
      headers: { 'content-type': 'application/json', 'idempotency-key': '' },
    })
    expect(wrong.status).toBe(400)
    expect(leftIn(wrong)).toBe(99)
  })

  test('is charged one request for each page of the table that a list reads', async () => {
    const { link } = makeLink({ state: 'revoked' })
    let pages = 0
    const listings = { page: async () => ({ links: [link], next: (pages += 1) < 4 ? link : undefined }) }
    const api = testApi({ listings }, { callerQuota })
    expect(leftIn(await api.call('GET', '/links?limit=1'))).toBe(99)
    pages = 0
    expect(leftIn(await api.call('GET', '/links?state=live'))).toBe(95)
  })

  test('gets a list as far as the quota allows, with next, and 429 only after that', async () => {
    const { link } = makeLink({ state: 'revoked' })
    let pages = 0
    const api = testApi(
      { listings: { page: async () => ((pages += 1), { links: [link], next: link }) } },
      { callerQuota },
    )
    await api.call('POST', '/links/batch', batchOf(97))
    const last = await api.call('GET', '/links?state=live')
    expect(last).toMatchObject({ status: 200, body: { next: expect.any(String) } })
    expect(leftIn(last)).toBe(0)
    expect(pages).toBe(3)
    const over = await api.call('GET', `/links?state=live&cursor=${String(last.body['next'])}`)
    expect(over).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    expect(pages).toBe(3)
  })

  test('over the quota is counted as too-many-requests, and nothing else is', async () => {
    const api = await usedUp()
    const reasons = () => api.lines.flatMap(({ reason = '' }) => (reason === 'no-such-link' ? [] : [reason]))
    await api.call('GET', missing, mine)
    await api.call('PUT', missing, mine)
    expect(reasons()).toEqual(['too-many-requests', 'method-not-allowed'])
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
    const quota: Quota = { tryAdd: async () => Promise.reject(throttled) }
    const other = testApi({ quota, links: { ...api.store.links, find: async () => Promise.reject(throttled) } })
    await other.call('GET', missing, mine)
    expect(other.lines).toMatchObject([{ status: 503, reason: 'unavailable', error: 'ThrottlingException' }])
  })
})

test('no counter names its caller, and each expires a minute after its own minute', async () => {
  const counters: Counter[] = []
  const inMemory = memoryQuota()
  const quota: Quota = { tryAdd: (counter, ...more) => (counters.push(counter), inMemory.tryAdd(counter, ...more)) }
  const api = testApi({ quota }, { callerQuota })
  for (const user of ['AROAMINE:monday', 'AROAOTHER:monday']) await api.call('POST', '/links/batch', { ...block, user })
  api.clock.advance(60_000)
  await api.call('POST', '/links/batch', { ...block, ...mine })
  expect(new Set(counters.map(({ id }) => id)).size).toBe(3)
  expect(JSON.stringify(counters)).not.toMatch(/AROA|111122223333/)
  const noon = api.clock.now() / 1000 - 60
  expect(counters.map(({ expiresAt }) => expiresAt - noon)).toEqual([120, 120, 180])
})
