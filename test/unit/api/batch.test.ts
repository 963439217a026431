import { describe, expect, test } from 'vitest'
import type { LinkStore } from '../../../api/ports.ts'
import { quotaBlockOf } from '../../../shared/limits.ts'
import { type LinkId, parseLinkId } from '../../../shared/link.ts'
import type { ConsumeAttemptResult } from '../../../shared/redemption/link-table.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { makeDraft, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'
import { testObject } from '../../support/api/memory-objects.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

interface Result {
  readonly status: number
  readonly link?: { readonly id: string; readonly url: string; readonly expiresAt: string; readonly homeRegion: string }
  readonly retryAfterSeconds?: number
  readonly problem?: { readonly reason: string; readonly errors?: readonly { readonly field: string }[] }
}

const headers = (key: string) => ({ 'Content-Type': 'application/json', 'Idempotency-Key': key })

/** Issues a batch and returns its results; fails if the response is not 200. */
async function issueAll(api: TestApi, links: readonly unknown[], request: object = {}): Promise<readonly Result[]> {
  const { status, body } = await api.call('POST', '/links/batch', { body: { links }, ...request })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(Object.keys(body)).toEqual(['results'])
  return body['results'] as readonly Result[]
}

/** Consumes a link as an edge does, each time for another client. */
function consumeLink(id: LinkId, keepsReceipt: boolean, { store }: TestApi): Promise<ConsumeAttemptResult> {
  return store.table.tryConsume(
    { ...redemptionOf({ id, homeRegion: 'us-east-1' }), ...(keepsReceipt && { receipt: makeDraft() }) },
    { region: 'us-east-1', now: secondsFromNoon(1), timeoutMs: 1000 },
  )
}

/** A hundred links, of which ten are wrong, each in its own way. */
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
  test('of a hundred links with ten wrong ones issues ninety, and each is redeemed once', async () => {
    const api = testApi()
    const results = await issueAll(api, hundred)
    expect(results.map(({ status }) => status)).toEqual(hundred.map((_, index) => (index % 10 === 3 ? 400 : 201)))
    const links = results.flatMap(({ link }) => link ?? [])
    expect(links).toHaveLength(90)
    expect(new Set(links.map(({ url }) => url)).size).toBe(90)
    for (const { id } of links) {
      const { body } = await api.call('GET', `/links/${id}`)
      const consume = () => consumeLink(parseLinkId(id)!, body['receipt'] === null, api)
      expect((await consume()).kind).toBe('consumed')
      expect((await consume()).kind).toBe('condition-failed')
    }
  })

  test('looks once at each object and version, and all its links name the same version', async () => {
    const api = testApi()
    const links = Array.from({ length: 60 }, (_, index) => ({ key: index % 2 === 0 ? 'a' : 'b' }))
    const results = await issueAll(api, [...links, { key: 'a', versionId: testObject.versionId }])
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 201))
    expect(api.objects.looks.map(({ key, versionId }) => ({ key, versionId }))).toEqual([
      { key: 'a', versionId: undefined },
      { key: 'b', versionId: undefined },
      { key: 'a', versionId: testObject.versionId },
    ])
    await issueAll(api, [{ key: 'a' }])
    expect(api.objects.looks).toHaveLength(4)
  })

  test('after a failed look at an object, refuses only the links that waited for it, and looks again', async () => {
    const { objects } = testApi()
    let looks = 0
    const look: typeof objects.look = async object => {
      looks += 1
      if (object.key !== 'b' && looks === 1) throw new Error('no response')
      return objects.look(object)
    }
    const links = Array.from({ length: 60 }, (_, index) => ({ key: index === 1 ? 'b' : 'a' }))
    const results = await issueAll(testApi({ objects: { look } }), links)
    const refused = results.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThanOrEqual(25)
    expect(results[1]?.status).toBe(201)
    expect(results.at(-1)?.status).toBe(201)
    expect(looks).toBe(3)
  })

  test('refuses a wrong link with the same problem as a request for it alone', async () => {
    const api = testApi()
    const results = await issueAll(api, hundred)
    for (const [index, item] of hundred.entries()) {
      if (index % 10 !== 3) continue
      const alone = await api.call('POST', '/links', { body: item === undefined ? {} : JSON.stringify(item) })
      expect(results[index]).toEqual({ status: alone.status, problem: alone.body })
    }
  })

  test('repeated with its Idempotency-Key gets the same links again, in any session of the role', async () => {
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
    ['another order', [{ key: 'b' }, { key: 'a' }, { key: 'c' }]],
    ['one that is wrong', [{ key: 'a' }, { key: 'b' }, { key: 'c', typo: 1 }]],
  ])('with the Idempotency-Key of another batch is refused with 422 and issues nothing: %s', async (_, links) => {
    const { links: stored } = memoryStore()
    let puts = 0
    const api = testApi({ links: { ...stored, put: (...args) => ((puts += 1), stored.put(...args)) } })
    const original = [{ key: 'a' }, { key: 'b' }, { key: 'c' }]
    const first = await issueAll(api, original, { headers: headers('k') })
    const other = await api.call('POST', '/links/batch', { body: { links }, headers: headers('k') })
    expect(other).toMatchObject({ status: 422, body: { reason: 'idempotency-key-reused' } })
    expect(puts).toBe(3)
    expect(await issueAll(api, original, { headers: headers('k') })).toEqual(first)
  })

  test('does not share its Idempotency-Key with a link that is issued alone', async () => {
    const api = testApi()
    const [first] = await issueAll(api, [{ key: 'a' }], { headers: headers('k') })
    expect(first?.status).toBe(201)
    for (const key of ['k', 'k0']) {
      const alone = await api.call('POST', '/links', { body: { key: 'other' }, headers: headers(key) })
      expect(alone.status, key).toBe(201)
      expect(alone.body.id, key).not.toBe(first?.link?.id)
    }
  })

  test('continues if single links can’t be written, and a repeat issues those', async () => {
    const { links } = memoryStore()
    let isDown = true
    const put: LinkStore['put'] = async (link, region) => {
      if (isDown && link.key.endsWith('3.pdf')) throw new Error('no response')
      return links.put(link, region)
    }
    const api = testApi({ links: { ...links, put } })
    const thirty = Array.from({ length: 30 }, (_, index) => ({ key: `${index}.pdf` }))
    const first = await issueAll(api, thirty, { headers: headers('k') })
    const lost = first.flatMap(({ status, problem }, index) =>
      status === 503 ? [{ index, reason: problem?.reason }] : [],
    )
    expect(lost).toEqual([3, 13, 23].map(index => ({ index, reason: 'unavailable' })))
    isDown = false
    api.clock.advance(30_000) // the lease of the failed request ends
    const again = await issueAll(api, thirty, { headers: headers('k') })
    expect(again.map(({ status }) => status)).toEqual(thirty.map(() => 201))
    for (const [index, result] of again.entries()) {
      if (first[index]?.status === 201) expect(result).toEqual(first[index])
    }
  })

  test('begins no link after its time: those get 503, and links that began are issued', async () => {
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

  test('counts its time from the arrival of the request, before the quota', async () => {
    const links = Array.from({ length: quotaBlockOf(100) }, () => ({ key: 'k' }))
    const api: TestApi = testApi(
      { quota: { tryAdd: async () => (api.clock.advance(11_999), { counted: true, used: 1 }) } },
      { callerQuota: 100 },
    )
    expect(await issueAll(api, links)).toMatchObject(links.map(() => ({ status: 201 })))
    const late: TestApi = testApi(
      { quota: { tryAdd: async () => (late.clock.advance(12_000), { counted: true, used: 1 }) } },
      { callerQuota: 100 },
    )
    expect((await late.call('POST', '/links/batch', { body: { links } })).status).toBe(503)
  })

  test('of which no link can be written gets 503 with Retry-After, as a single link does', async () => {
    const put: LinkStore['put'] = async () => Promise.reject(new Error('no response'))
    const api = testApi({ links: { ...memoryStore().links, put } })
    const batch = await api.call('POST', '/links/batch', { body: { links: [{ key: 'a' }, { key: 'b' }] } })
    const alone = await api.call('POST', '/links', { body: { key: 'a' } })
    expect(batch).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(alone).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(batch.body).toEqual(alone.body)
  })

  test('has retryAfterSeconds for each link for which a repeat may help', async () => {
    const { links } = memoryStore()
    const put: LinkStore['put'] = async (link, region) =>
      link.key === 'lost' ? Promise.reject(new Error('no response')) : links.put(link, region)
    const api = testApi({ links: { ...links, put } })
    const mixed = [{ key: 'lost' }, { key: 'k' }, { key: '' }]
    const first = await issueAll(api, mixed, { headers: headers('k') })
    expect(first.map(({ retryAfterSeconds }) => retryAfterSeconds)).toEqual([5, undefined, undefined])
    const [inUse] = await issueAll(api, mixed, { headers: headers('k') })
    expect(inUse).toMatchObject({ problem: { reason: 'idempotency-key-in-use' }, retryAfterSeconds: 30 })
  })

  test('writes at most 25 links at the same time', async () => {
    const { links } = memoryStore()
    let [running, most] = [0, 0]
    const put: LinkStore['put'] = async (...args) => {
      most = Math.max(most, (running += 1))
      await Promise.resolve()
      running -= 1
      return links.put(...args)
    }
    await issueAll(
      testApi({ links: { ...links, put } }),
      Array.from({ length: 100 }, () => ({ key: 'k' })),
    )
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(25)
  })

  test('has a log line for each link, as if it were issued alone, and one for the batch', async () => {
    const api = testApi()
    const results = await issueAll(api, [{ key: 'a' }, { key: '' }])
    const common = { requestId: 'r-1', ms: 0 }
    expect(api.lines.toSorted((a, b) => (a.item ?? 9) - (b.item ?? 9))).toEqual([
      { outcome: 'issued', status: 201, linkId: results[0]?.link?.id, item: 0, ...common },
      { outcome: 'refused', status: 400, reason: 'invalid-fields', item: 1, ...common },
      { outcome: 'batched', status: 200, ...common },
    ])
  })
})

describe('a batch is refused as a whole', () => {
  test.each([['a hundred and one links', { links: Array.from({ length: 101 }, () => ({ key: 'k' })) }, 'links']])(
    'with %s',
    async (_, body, field) => {
      const response = await testApi().call('POST', '/links/batch', { body })
      expect(response).toMatchObject({ status: 400, body: { reason: 'invalid-fields', errors: [{ field }] } })
    },
  )

  test('if it is larger than 512 KB', async () => {
    const body = (bytes: number) => {
      const start = JSON.stringify({ links: [{ key: 'k' }] })
      return start + ' '.repeat(bytes - start.length)
    }
    const api = testApi()
    expect((await api.call('POST', '/links/batch', { body: body(524_288) })).status).toBe(200)
    expect((await api.call('POST', '/links/batch', { body: body(524_289) })).status).toBe(413)
  })
})

test('the largest possible response to a batch fits in Lambda’s limit of 6 MB', async () => {
  // Names that are long as JSON, more than a response repeats; half a megabyte of them.
  const wrong = (index: number) =>
    Object.fromEntries(Array.from({ length: 25 }, (_, field) => [`${'\u0001'.repeat(24)}${index} ${field}`, 1]))
  const body = JSON.stringify({ links: Array.from({ length: 100 }, (_, index) => wrong(index)) })
  expect(body.length).toBeGreaterThan(380_000)
  const { status, body: response } = await testApi().call('POST', '/links/batch', { body })
  expect(status).toBe(200)
  expect(JSON.stringify(response).length).toBeLessThan(6_000_000)
})
