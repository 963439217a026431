import { describe, expect, test } from 'vitest'
import type { Deliveries } from '../../../api/ports.ts'
import { type Link, linkIdOf } from '../../../shared/link.ts'
import { type Nonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

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

describe('showing a link', () => {
  test('returns whether it requires a confirmation, and what a player may fetch', async () => {
    const api = testApi()
    const input = { key: 'film/index.m3u8', confirm: true, media: true }
    const { body } = await api.call('POST', '/links', { body: input })
    expect((await api.call('GET', `/links/${body.id}`)).body).toMatchObject({ confirm: true, media: 'folder' })
  })

  test('reads its home Region only: a copy elsewhere may be older than the redemption', async () => {
    const api = testApi()
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    await api.store.replicate(link, 'us-east-1')
    expect((await api.call('GET', `/links/${link.id}`)).status).toBe(404)
  })

  describe('with deliveryProof', () => {
    const at = (Date.parse('2026-11-24T12:00:00Z') / 1000) as EpochSeconds
    const half = { written: [[0, 500]], perhaps: [], size: 1000, firstAt: at, lastAt: at } as const
    const apiWith = (find: Deliveries['find']) => testApi({ deliveries: { find } })
    const receipt = { ...makeDraft(), redeemedAt: at, urlExpiresAt: at }
    const shown = async (api: ReturnType<typeof testApi>, fields: Partial<Link> = { state: 'used', receipt }) => {
      const { link } = makeLink(fields)
      await api.store.links.put(link, link.homeRegion)
      return (await api.call('GET', `/links/${link.id}`)).body['delivery']
    }

    test('says how far the file was delivered', async () => {
      const delivery = await shown(apiWith(async id => ({ id, ...half })))
      const [firstAt, lastAt] = ['2026-11-24T12:00:00Z', '2026-11-24T12:00:00Z']
      const summary = 'stopped at 0.5 of 1 kB, 2026-11-24 12:00 UTC'
      expect(delivery).toEqual({ state: 'partial', bytes: 500, size: 1000, firstAt, lastAt, summary })
    })

    test('says that there is nothing so far', async () => {
      const delivery = await shown(apiWith(async () => undefined))
      expect(delivery).toEqual({ state: 'none', bytes: 0, summary: 'no download so far' })
    })

    test('says that there is nothing of a link that was not used, whatever the table says', async () => {
      const whole = apiWith(async id => ({ id, ...half, whole: 1000 }))
      for (const fields of [{ state: 'live' }, { state: 'revoked' }, {}] as const) {
        expect(await shown(whole, fields)).toEqual({ state: 'none', bytes: 0, summary: 'no download so far' })
      }
      expect(await shown(whole, { state: 'revoked', receipt })).toMatchObject({ state: 'complete' })
    })

    test('says nothing of a folder, nor without the setting', async () => {
      const folder = apiWith(async id => ({ id, ...half }))
      expect(await shown(folder, { media: 'folder', state: 'used', receipt })).toBeUndefined()
      expect(await shown(testApi())).toBeUndefined()
    })

    test('is shown also if the table of deliveries does not respond', async () => {
      const delivery = await shown(apiWith(() => Promise.reject(new Error('unavailable'))))
      expect(delivery).toMatchObject({ state: 'unknown', bytes: 0 })
    })

    test('asks for nothing of a link that the caller may not see', async () => {
      const asked: string[] = []
      const api = apiWith(async id => {
        asked.push(id)
        return undefined
      })
      expect((await api.call('GET', `/links/${makeLink().link.id}`)).status).toBe(404)
      expect(asked).toEqual([])
    })
  })
})

describe('revoking a link', () => {
  test('is logged as revoked each time', async () => {
    const api = testApi()
    const { link } = makeLink()
    await api.store.links.put(link, link.homeRegion)
    await api.call('DELETE', `/links/${link.id}`)
    await api.call('DELETE', `/links/${link.id}`)
    await api.call('GET', `/links/${link.id}`)
    expect(api.lines).toMatchObject([
      { outcome: 'revoked', status: 204, linkId: link.id },
      { outcome: 'revoked', status: 204, linkId: link.id },
      { outcome: 'shown', status: 200, linkId: link.id },
    ])
  })

  test('returns 404 if a viewer used the link, before or after the API read it', async () => {
    const { links } = memoryStore()
    const { link } = makeLink()
    const late = testApi({ links: { ...links, revoke: async () => undefined } })
    await links.put(link, link.homeRegion)
    for (const api of [late, testApi()]) {
      const response = await api.call('DELETE', `/links/${link.id}`)
      expect(response).toMatchObject({ status: 404, body: { reason: 'no-such-link' } })
    }
    expect(late.lines).toMatchObject([{ outcome: 'refused', status: 404, reason: 'no-such-link' }])
  })

  test('writes in the home Region of the link', async () => {
    const api = testApi()
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    await api.store.links.put(link, link.homeRegion)
    await api.store.replicate(link, 'us-east-1')
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(204)
    expect((await api.store.links.find(link.id, 'eu-west-1'))?.state).toBe('revoked')
    expect(await api.store.links.find(link.id, 'us-east-1')).toEqual(link)
  })
})

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
})

describe('showing a link with a receipt', () => {
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

  test('returns its state, also after its expiry', async () => {
    const api = testApi()
    const [used, revoked, neither] = [await issuedAt(api), await issuedAt(api), await issuedAt(api)]
    const stateOf = async ({ id }: Link) => (await api.call('GET', `/links/${id}`)).body['state']
    expect(await stateOf(neither)).toBe('live')
    expect(await stateOf(await issuedAt(api, { notBefore: secondsFromNoon(60) }))).toBe('not-yet-valid')
    await redeem(api, used)
    await api.call('DELETE', `/links/${revoked.id}`)
    api.clock.advance(3_600_000)
    expect(await stateOf(used)).toBe('used')
    expect(await stateOf(revoked)).toBe('revoked')
    expect(await stateOf(neither)).toBe('expired')
  })
})

describe('revoking a link with a receipt', () => {
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

  test('shows how often, and when last, its recipient asked for a new one', async () => {
    const api = testApi()
    const { id } = await issuedAt(api, { requested: 2, requestedAt: secondsFromNoon(90) })
    const shown = await api.call('GET', `/links/${id}`)
    expect(shown.body['requested']).toEqual({ count: 2, lastAt: '2026-11-24T12:01:30Z' })
    expect((await api.call('GET', '/links')).body['links']).toEqual([shown.body])
    const other = await issuedAt(api)
    expect((await api.call('GET', `/links/${other.id}`)).body).not.toHaveProperty('requested')
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
})
