import { describe, expect, test } from 'vitest'
import type { Deliveries } from '../../../api/ports.ts'
import type { Link, LinkId } from '../../../shared/link.ts'
import { type Nonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api/api.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'

const nonceIn = ({ body }: ApiAnswer) => (body.url ?? '').slice(-43) as Nonce
const flagsIn = (answer: ApiAnswer) => verifyNonce(parseNonce(nonceIn(answer))!, testKeys.mac)

/** Issues a link for two clients, or with other fields. */
function issueAt(api: TestApi, fields: object = {}): Promise<ApiAnswer> {
  return api.call('POST', '/links', { body: { key: 'a.pdf', uses: 2, ...fields } })
}

async function storedIn({ store }: TestApi, { body }: ApiAnswer): Promise<Link> {
  const link = await store.links.find(body.id as LinkId, 'us-east-1')
  expect(link).toBeDefined()
  return link!
}

/** Uses the link as another client each time, `seconds` after noon. */
async function use(api: TestApi, answer: ApiAnswer, seconds: number): Promise<string> {
  const receipt = makeDraft()
  const redemption = { ...redemptionOf(await storedIn(api, answer)), receipt, several: true }
  const attempt = { region: 'us-east-1', now: secondsFromNoon(seconds), timeoutMs: 1000 } as const
  expect((await api.store.table.tryConsume(redemption, attempt)).kind).toBe('consumed')
  return receipt.redemptionId
}

const show = async (api: TestApi, { body }: ApiAnswer) => (await api.call('GET', `/links/${body.id}`)).body

describe('issuing a link for several clients', () => {
  test('sets the flag of its nonce, asks for confirmation and keeps receipts', async () => {
    const api = testApi()
    const answer = await issueAt(api, { confirm: false })
    expect(answer.status).toBe(201)
    const flags = { confirm: true, receipt: true, extended: true, media: false }
    expect(flagsIn(answer)).toMatchObject({ flags })
    const link = await storedIn(api, answer)
    expect(link).toMatchObject({ confirm: 'required', state: 'live', maxUses: 2, uses: [] })
    const month = 30 * 24 * 3600
    expect(link.purgeAt).toBeGreaterThanOrEqual(link.expiresAt + month)
  })

  test.each<[number | string, object, readonly [field: string, got: string]]>([
    [1, {}, ['uses', '1']],
    [21, {}, ['uses', '21']],
    [2.5, {}, ['uses', '2.5']],
    ['2', {}, ['uses', '"2"']],
    [2, { receipt: false }, ['receipt', 'false']],
    [2, { key: 'film/index.m3u8', media: true }, ['uses', '2']],
  ])('refuses %j with %j', async (uses, fields, [field, got]) => {
    const { status, body } = await issueAt(testApi(), { uses, ...fields })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ field, got, allowed: expect.any(String) }])
  })

  test('is repeated with an Idempotency-Key, and works in a batch and with any binding', async () => {
    const api = testApi({}, { gate: true })
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' }
    const body = { key: 'a.pdf', uses: 20 }
    const [first, again] = [
      await api.call('POST', '/links', { body, headers }),
      await api.call('POST', '/links', { body, headers }),
    ]
    expect([first.status, again.body]).toEqual([201, first.body])
    expect(await api.call('POST', '/links', { body: { ...body, uses: 19 }, headers })).toMatchObject({ status: 422 })
    const links = ['exact', 'client', 'client-only', 'none'].map(bind => ({ key: 'a.pdf', uses: 3, bind }))
    const batch = await api.call('POST', '/links/batch', {
      body: { links: [...links, { key: 'a.mp4', uses: 3, media: true }] },
    })
    const results = batch.body['results'] as { link: { url: string } }[]
    expect(results).toHaveLength(5)
    for (const { link } of results)
      expect(verifyNonce(parseNonce(link.url.slice(-43))!, testKeys.mac)).toMatchObject({ flags: { extended: true } })
  })

  test('sets no flag and no attribute without it', async () => {
    const api = testApi()
    const answer = await issueAt(api, { uses: undefined })
    expect(flagsIn(answer)).toMatchObject({ flags: { extended: false } })
    expect(Object.keys(await storedIn(api, answer))).not.toContain('uses')
    expect(await show(api, answer)).not.toHaveProperty('uses')
  })
})

describe('showing a link for several clients', () => {
  test('says of each use when, where and by whom, oldest first, but no ids of clients or hashes', async () => {
    const api = testApi()
    const answer = await issueAt(api)
    expect(await show(api, answer)).toMatchObject({ state: 'live', receipt: null, uses: { max: 2, taken: [] } })
    const ids = [await use(api, answer, 9), await use(api, answer, 5)]
    const shown = await show(api, answer)
    const common = { edgeRegion: 'eu-west-1', viewer: '203.0.113.0/24', userAgent: 'curl' }
    const [later, sooner] = [
      { redeemedAt: '2026-11-24T12:00:09Z', urlExpiresAt: '2026-11-24T12:00:39Z', ...common },
      { redeemedAt: '2026-11-24T12:00:05Z', urlExpiresAt: '2026-11-24T12:00:35Z', ...common },
    ]
    expect(shown['uses']).toEqual({
      max: 2,
      taken: [
        { id: ids[1]!.slice(0, 8), ...sooner },
        { id: ids[0]!.slice(0, 8), ...later },
      ],
    })
    expect(shown['receipt']).toEqual(later)
    expect(JSON.stringify(shown)).not.toMatch(new RegExp(`Hash|redemptionId|${ids.join('|')}`))
  })

  test('says that it is used once all uses are taken, also in lists, and that it is live or ended before', async () => {
    const api = testApi()
    const answer = await issueAt(api, { reference: 'r', expiresIn: 600 })
    const listed = async (state: string) =>
      ((await api.call('GET', `/links?reference=r&state=${state}`)).body as unknown as { links: object[] }).links.length
    await use(api, answer, 0)
    expect([(await show(api, answer))['state'], await listed('live'), await listed('used')]).toEqual(['live', 1, 0])
    await use(api, answer, 0)
    expect([(await show(api, answer))['state'], await listed('live'), await listed('used')]).toEqual(['used', 0, 1])
    const other = await issueAt(api, { expiresIn: 600 })
    await use(api, other, 0)
    api.clock.advance(601_000)
    expect([(await show(api, answer))['state'], (await show(api, other))['state']]).toEqual(['used', 'expired'])
  })

  test('says how far the file was delivered to each client', async () => {
    const asked: string[] = []
    const at = secondsFromNoon(0)
    const find: Deliveries['find'] = async id => {
      asked.push(id)
      if (asked.length > 1) throw new Error('unavailable')
      return { id, written: [[0, 500]], perhaps: [], size: 1000, firstAt: at, lastAt: at }
    }
    const api = testApi({ deliveries: { find } })
    const answer = await issueAt(api)
    expect(await show(api, answer)).not.toHaveProperty('delivery')
    const ids = [await use(api, answer, 1), await use(api, answer, 2)]
    const { uses, ...rest } = await show(api, answer)
    expect(uses).toMatchObject({
      taken: [{ delivery: { state: 'partial', bytes: 500 } }, { delivery: { state: 'unknown' } }],
    })
    expect(rest).not.toHaveProperty('delivery')
    expect(asked).toEqual(ids.map(id => `${answer.body.id}.${id.slice(0, 8)}`))
  })
})

describe('revoking a link for several clients', () => {
  test('returns when the last capability ends, or nothing if there was none', async () => {
    const api = testApi()
    const [unused, used] = [await issueAt(api), await issueAt(api)]
    expect((await api.call('DELETE', `/links/${unused.body.id}`)).status).toBe(204)
    for (const seconds of [9, 5]) await use(api, used, seconds)
    const revoked = await api.call('DELETE', `/links/${used.body.id}`)
    expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked', capabilityEndsAt: '2026-11-24T12:00:39Z' } })
    expect(await show(api, used)).toMatchObject({ state: 'revoked', uses: { taken: [{}, {}] } })
    expect(await show(api, unused)).toMatchObject({ state: 'revoked', uses: { max: 2, taken: [] } })
  })
})

test('the exchange refuses a link for several clients, and uses none', async () => {
  const api = testApi()
  const answer = await issueAt(api)
  const exchange = testExchange({ store: api.store })
  expect(await exchange.exchange(nonceIn(answer))).toMatchObject({ status: 503, body: { reason: 'unsupported' } })
  expect(exchange.calls()).toBe(0)
  expect((await storedIn(api, answer)).uses).toEqual([])
})
