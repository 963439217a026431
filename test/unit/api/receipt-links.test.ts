import { describe, expect, test } from 'vitest'
import { type Link, linkIdOf } from '../../../shared/link.ts'
import { type Nonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { testApi, type TestApi } from '../../support/api.ts'
import { testKeys } from '../../support/keys.ts'
import { makeDraft, makeLink, redemptionOf, secondsFromNoon } from '../../support/links.ts'
import { memoryStore } from '../../support/memory-store.ts'

/** Puts a live link with a receipt into the store of an API. */
async function issuedAt(api: TestApi, fields: Partial<Link> = {}): Promise<Link> {
  const { link } = makeLink({ state: 'live', ...fields })
  await api.store.links.put(link, link.homeRegion)
  return link
}

/** Redeems a link five seconds after noon, as an edge does. */
async function redeem(api: TestApi, link: Link): Promise<void> {
  const redemption = { ...redemptionOf(link), receipt: makeDraft() }
  await api.store.table.tryConsume(redemption, { region: link.homeRegion, now: secondsFromNoon(5), timeoutMs: 1000 })
}

describe('issuing a link with a receipt', () => {
  test('sets it in nonce and item, and keeps the item for a month after the expiry', async () => {
    const api = testApi()
    const { status, body } = await api.call('POST', '/links', { body: { key: 'k', receipt: true, expiresIn: 60 } })
    const nonce = body.url?.slice(-43) as Nonce
    expect(status).toBe(201)
    expect(verifyNonce(parseNonce(nonce)!, testKeys.mac)).toMatchObject({ flags: { receipt: true, bound: false } })
    expect(await api.store.links.find(linkIdOf(nonce), 'us-east-1')).toMatchObject({
      state: 'live',
      expiresAt: secondsFromNoon(60),
      purgeAt: secondsFromNoon(60 + 30 * 86_400),
    })
  })

  test('keeps the item as long as the deployment sets', async () => {
    const api = testApi({}, { receiptSeconds: 2 * 86_400 })
    const { body } = await api.call('POST', '/links', { body: { key: 'k', receipt: true, expiresIn: 60 } })
    const link = await api.store.links.find(body.id as Link['id'], 'us-east-1')
    expect(link?.purgeAt).toBe(secondsFromNoon(60 + 2 * 86_400))
  })

  test('is another request than issuing a link without one', async () => {
    const api = testApi()
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k1' }
    const issue = (body: object) => api.call('POST', '/links', { headers, body })
    const first = await issue({ key: 'k', receipt: true })
    expect((await issue({ receipt: true, key: 'k' })).body).toEqual(first.body)
    expect((await issue({ key: 'k' })).body.reason).toBe('idempotency-key-reused')
  })
})

describe('showing a link with a receipt', () => {
  test('returns null for the receipt before the link is used', async () => {
    const api = testApi()
    const { id } = await issuedAt(api)
    expect((await api.call('GET', `/links/${id}`)).body).toMatchObject({ state: 'live', receipt: null })
  })

  test('returns when, where and by whom it was used, and neither ids nor hashes', async () => {
    const api = testApi()
    const link = await issuedAt(api)
    await redeem(api, link)
    const { status, body } = await api.call('GET', `/links/${link.id}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: link.id,
      state: 'used',
      key: 'report.pdf',
      pinned: false,
      homeRegion: 'us-east-1',
      issuedAt: '2026-11-24T12:00:00Z',
      expiresAt: '2026-11-24T13:00:00Z',
      urlSeconds: 30,
      bind: 'exact',
      confirm: false,
      media: false,
      unredeemed: { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 0 },
      receipt: {
        redeemedAt: '2026-11-24T12:00:05Z',
        urlExpiresAt: '2026-11-24T12:00:35Z',
        edgeRegion: 'eu-west-1',
        viewer: '203.0.113.0/24',
        userAgent: 'curl',
      },
    })
  })

  test('returns the number of unredeemed requests, and the time of the last one', async () => {
    const api = testApi()
    const unredeemed = { unconfirmed: 2, automated: 1, probed: 0, refusedAfterUse: 0, lastAt: secondsFromNoon(7) }
    const { link } = makeLink({ state: 'live', unredeemed })
    await api.store.links.put(link, 'us-east-1')
    const { body } = await api.call('GET', `/links/${link.id}`)
    expect(body).toMatchObject({ receipt: null, unredeemed: { ...unredeemed, lastAt: '2026-11-24T12:00:07Z' } })
  })

  test('returns its state, also after its expiry', async () => {
    const api = testApi()
    const [used, revoked, neither] = [await issuedAt(api), await issuedAt(api), await issuedAt(api)]
    await redeem(api, used)
    await api.call('DELETE', `/links/${revoked.id}`)
    api.clock.advance(3_600_000)
    const stateOf = async ({ id }: Link) => (await api.call('GET', `/links/${id}`)).body['state']
    expect(await stateOf(used)).toBe('used')
    expect(await stateOf(revoked)).toBe('revoked')
    expect(await stateOf(neither)).toBe('expired')
  })

  test('reads its home Region only: a copy elsewhere may be older than the redemption', async () => {
    const api = testApi()
    const link = await issuedAt(api, { homeRegion: 'eu-west-1' })
    await api.store.replicate(link, 'us-east-1')
    await redeem(api, link)
    expect((await api.call('GET', `/links/${link.id}`)).body['state']).toBe('used')
  })

  test('has no such field for a link without one', async () => {
    const api = testApi()
    const { body } = await api.call('POST', '/links', { body: { key: 'k' } })
    expect((await api.call('GET', `/links/${body.id}`)).body).not.toHaveProperty('receipt')
  })
})

describe('revoking a link with a receipt', () => {
  test('returns 204 each time', async () => {
    const api = testApi()
    const { id } = await issuedAt(api)
    expect((await api.call('DELETE', `/links/${id}`)).status).toBe(204)
    expect((await api.call('DELETE', `/links/${id}`)).status).toBe(204)
  })

  test('keeps the link in state revoked, without a receipt', async () => {
    const api = testApi()
    const { id } = await issuedAt(api)
    await api.call('DELETE', `/links/${id}`)
    const { body } = await api.call('GET', `/links/${id}`)
    expect(body['state']).toBe('revoked')
    // It never gets one.
    expect(body).not.toHaveProperty('receipt')
  })

  test('returns 200 with the end of the capability each time if a viewer used the link', async () => {
    const api = testApi()
    const { id, ...link } = await issuedAt(api)
    await redeem(api, { id, ...link })
    const body = { id, state: 'revoked', capabilityEndsAt: '2026-11-24T12:00:35Z' }
    for (let times = 0; times < 2; times += 1) {
      const response = await api.call('DELETE', `/links/${id}`)
      expect(response.status).toBe(200)
      expect(response.body).toEqual(body)
      api.clock.advance(60_000)
    }
    const line = { outcome: 'revoked', status: 200, linkId: id, requestId: 'r-1', ms: 0 }
    expect(api.lines).toStrictEqual([line, line])
  })

  test('keeps the receipt and the counts of a used link, which no redemption can use any more', async () => {
    const api = testApi()
    const unredeemed = { unconfirmed: 2, automated: 1, probed: 0, refusedAfterUse: 0, lastAt: secondsFromNoon(1) }
    const link = await issuedAt(api, { unredeemed })
    await redeem(api, link)
    const used = await api.call('GET', `/links/${link.id}`)
    await api.call('DELETE', `/links/${link.id}`)
    await redeem(api, link)
    const revoked = await api.call('GET', `/links/${link.id}`)
    expect(revoked.body).toEqual({ ...used.body, state: 'revoked' })
    expect(revoked.body['receipt']).toMatchObject({ redeemedAt: '2026-11-24T12:00:05Z', viewer: '203.0.113.0/24' })
    const page = await api.call('GET', '/links?state=revoked')
    expect(page.body['links']).toEqual([revoked.body])
  })

  test('returns 204 or 200 by what the write finds, not by what was read before', async () => {
    const { links, table } = memoryStore()
    const { link } = makeLink({ state: 'live' })
    await links.put(link, link.homeRegion)
    const revoke: typeof links.revoke = async (...args) => {
      await redeem({ store: { table } } as TestApi, link)
      return links.revoke(...args)
    }
    expect((await testApi({ links: { ...links, revoke } }).call('DELETE', `/links/${link.id}`)).status).toBe(200)
  })

  test('returns 404 if the link was never issued', async () => {
    const { link } = makeLink({ state: 'live' })
    expect((await testApi().call('DELETE', `/links/${link.id}`)).status).toBe(404)
  })
})
