import { createCipheriv, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readCursor } from '../../../api/links/cursor.ts'
import type { LinkLists, StoredPage } from '../../../api/ports.ts'
import type { Region } from '../../../shared/regions.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

/** Makes an API with `count` links of one reference. */
async function apiWith(count: number, listings?: Partial<LinkLists>): Promise<TestApi> {
  const store = memoryStore()
  for (let index = 0; index < count; index += 1) {
    await store.links.put(makeLink({ reference: 'case' }).link, 'us-east-1')
  }
  return testApi({ links: store.links, listings: { ...store.listings, ...listings } })
}

const countLinks = (body: object) => (body as { links: unknown[] }).links.length

describe('a list', () => {
  test('has fifty links a page by default, and the cursor of the next page', async () => {
    const api = await apiWith(60)
    const first = await api.call('GET', '/links')
    expect(first.status).toBe(200)
    expect(countLinks(first.body)).toBe(50)
    const next = String(first.body['next'])
    const last = await api.call('GET', `/links?cursor=${next}`)
    expect(last.status).toBe(200)
    expect(countLinks(last.body)).toBe(10)
    expect(last.body).not.toHaveProperty('next')
  })

  test('has links of before, whose reference a new link could not have', async () => {
    const api = testApi()
    const { link } = makeLink({ reference: 'a\u001b\u200bb' })
    await api.store.links.put(link, 'us-east-1')
    const { body } = await api.call('GET', `/links?reference=${encodeURIComponent('a\u001b\u200bb')}`)
    expect(body).toMatchObject({ links: [{ id: link.id, reference: link.reference }] })
  })

  test('never contains a nonce, nor ids and hashes of a redemption', async () => {
    const api = testApi()
    const { body } = await api.call('POST', '/links', { body: { key: 'k', reference: 'r', receipt: true } })
    const list = await api.call('GET', '/links?reference=r')
    expect(countLinks(list.body)).toBe(1)
    expect(JSON.stringify(list)).not.toContain(String(body.url).slice(-43, -20))
    expect(JSON.stringify(list)).not.toMatch(/redemptionId|Hash/)
  })

  test.each([
    ['two limits', 'limit=10&limit=20', 'limit'],
    ['a misspelled parameter', 'refrence=x', 'refrence'],
    ['a made-up cursor', `cursor=${'A'.repeat(75)}`, 'cursor'],
  ])('with %s gets 400 with the name of the field', async (_, query, field) => {
    const response = await testApi().call('GET', `/links?${query}`)
    expect(response).toMatchObject({ status: 400, body: { reason: 'invalid-fields', errors: [{ field }] } })
  })
})

describe('a cursor', () => {
  test('is valid for its own filters only', async () => {
    const api = await apiWith(3)
    const { body } = await api.call('GET', '/links?reference=case&limit=1')
    const cursor = String(body['next'])
    expect((await api.call('GET', `/links?reference=case&limit=2&cursor=${cursor}`)).status).toBe(200)
    for (const query of ['', 'reference=other&', 'reference=case&state=live&', 'state=live&']) {
      const response = await api.call('GET', `/links?${query}cursor=${cursor}`)
      expect(response, query).toMatchObject({ status: 400, body: { errors: [{ field: 'cursor' }] } })
      expect(response.body.errors?.[0]?.got).not.toContain(cursor.slice(0, 10))
    }
  })

  test('with any character changed is invalid', async () => {
    const api = await apiWith(3)
    const cursor = String((await api.call('GET', '/links?limit=1')).body['next'])
    expect(cursor).toMatch(/^[\w-]{75}$/)
    for (let at = 0; at < cursor.length; at += 1) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
      expect((await api.call('GET', `/links?cursor=${changed}`)).status, `character ${at}`).toBe(400)
    }
  })

  test('has one encoding, although its last character has two unused bits', async () => {
    const api = await apiWith(3)
    const cursor = String((await api.call('GET', '/links?limit=1')).body['next'])
    const last = Array.from({ length: 64 }, (_, bits) =>
      Buffer.from([bits << 2])
        .toString('base64url')
        .slice(0, 1),
    )
    const statuses = await Promise.all(
      last.map(async end => (await api.call('GET', `/links?cursor=${cursor.slice(0, -1)}${end}`)).status),
    )
    expect(statuses.filter(status => status === 200)).toHaveLength(1)
  })

  test('of another deployment is invalid', async () => {
    const api = await apiWith(3)
    const cursor = String((await api.call('GET', '/links?limit=1')).body['next'])
    const current = testKeys.mac.current
    const [, otherKey] = [...testKeys.mac.bySlot].find(([slot]) => slot !== current) ?? []
    const foreign = { ...testKeys, mac: { current, bySlot: new Map([[current, otherKey!]]) } }
    const elsewhere = testApi({ keyring: { current: async () => foreign } })
    expect((await elsewhere.call('GET', `/links?cursor=${cursor}`)).status).toBe(400)
  })

  test('of a newer version, or of a Region that only a newer version knows, is invalid', () => {
    const { mac } = testKeys
    const { secret } = mac.bySlot.get(mac.current)!
    const made = (version: number, region: number) => {
      const head = Buffer.of((version << 4) | mac.current)
      const key = createHmac('sha256', secret).update('["once-at-edge cursor"]').digest()
      const bound = JSON.stringify([head.toString('base64url'), null, 'live', null])
      const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(bound))
      const plain = Buffer.concat([Buffer.of(region, 0x6b, 0x05, 0x5b, 0x00), Buffer.alloc(22, 'A')])
      const bytes = [head, Buffer.alloc(12), cipher.update(plain), cipher.final(), cipher.getAuthTag()]
      return readCursor(Buffer.concat(bytes).toString('base64url'), { state: 'live' }, mac)
    }
    const position = { id: 'A'.repeat(22), issuedAt: 0x6b055b00 }
    expect(made(2, 7)).toEqual({ region: 'eu-west-1', position })
    expect(made(3, 7)).toBeUndefined()
    expect(made(2, 99)).toBeUndefined()
  })

  test('is valid after a rotation of the MAC key, while the secret has the old key', async () => {
    const store = memoryStore()
    for (let index = 0; index < 3; index += 1) await store.links.put(makeLink().link, 'us-east-1')
    const slots = [...testKeys.mac.bySlot.keys()]
    let current = slots[0] ?? 0
    const keyring = { current: async () => ({ ...testKeys, mac: { ...testKeys.mac, current } }) }
    const api = testApi({ links: store.links, listings: store.listings, keyring })
    const first = await api.call('GET', '/links?limit=1')
    expect(slots.length).toBe(2)
    current = slots[1] ?? 0
    const rest = await api.call('GET', `/links?cursor=${String(first.body['next'])}`)
    expect(rest.status).toBe(200)
    expect(countLinks(rest.body)).toBe(2)
  })
})

describe('the Region of a list', () => {
  /** Makes lists of which those in the Regions `unavailable` don't respond; notes every call. */
  function listingsWithout(unavailable: ReadonlySet<Region>) {
    const { listings, links } = memoryStore()
    const called: Region[] = []
    const page: LinkLists['page'] = async (pageRequest, region) => {
      called.push(region)
      if (unavailable.has(region)) throw new Error('no response')
      return listings.page(pageRequest, region)
    }
    return { links, listings: { page }, called }
  }
  const homeRegions = ['ap-northeast-1', 'us-east-1', 'eu-west-1'] as const

  test.each(['home', 'strong'] as const)('is the nearest, then the next, in mode %s', async mode => {
    const { listings, called } = listingsWithout(new Set(['us-east-1']))
    const api = testApi({ listings }, { mode, homeRegions })
    expect((await api.call('GET', '/links')).status).toBe(200)
    expect(called).toEqual(['us-east-1', 'eu-west-1'])
  })

  test('is each of them once if none responds, and the response is 503', async () => {
    const { listings, called } = listingsWithout(new Set(homeRegions))
    const { status } = await testApi({ listings }, { homeRegions }).call('GET', '/links')
    expect(status).toBe(503)
    expect(called).toHaveLength(3)
  })

  test('is the same for all pages: another replica may have another order', async () => {
    const unavailable = new Set<Region>()
    const { listings, links, called } = listingsWithout(unavailable)
    for (let index = 0; index < 4; index += 1) await links.put(makeLink().link, 'us-east-1')
    const api = testApi({ listings, links }, { homeRegions: ['us-east-1', 'eu-west-1'] })
    const { body } = await api.call('GET', '/links?limit=2')
    unavailable.add('us-east-1')
    const next = await api.call('GET', `/links?limit=2&cursor=${String(body['next'])}`)
    expect(next.status).toBe(503)
    expect(called).toEqual(['us-east-1', 'us-east-1'])
  })

  test('may be removed: its cursors are invalid then', async () => {
    const { listings, links } = listingsWithout(new Set())
    for (let index = 0; index < 4; index += 1) await links.put(makeLink({ homeRegion: 'us-east-1' }).link, 'us-east-1')
    const then = testApi({ listings, links }, { homeRegions: ['us-east-1', 'eu-west-1'] })
    const { body } = await then.call('GET', '/links?limit=2')
    const now = testApi({ listings, links }, { homeRegions: ['eu-west-1'] })
    expect((await now.call('GET', `/links?limit=2&cursor=${String(body['next'])}`)).status).toBe(400)
  })
})

describe('the response to a list', () => {
  const notLive = (): StoredPage => {
    const { link } = makeLink({ state: 'revoked' })
    return { links: [link], next: link }
  }

  test('comes after ten pages of the table, with next, although no link was found', async () => {
    let pages = 0
    const api = testApi({ listings: { page: async () => ((pages += 1), notLive()) } })
    const { status, body } = await api.call('GET', '/links?state=live')
    expect(status).toBe(200)
    expect(body).toEqual({ links: [], next: expect.any(String) })
    expect(pages).toBe(10)
  })

  test('comes after three seconds, but not before one page was read', async () => {
    let pages = 0
    const api: TestApi = testApi({
      listings: { page: async () => (api.clock.advance(1600), (pages += 1), notLive()) },
    })
    await api.call('GET', '/links?state=live')
    expect(pages).toBe(2)
  })

  test('has the links before a page that could not be read, and continues from there', async () => {
    const { link } = makeLink()
    let pages = 0
    const page = async () => {
      if ((pages += 1) === 3) throw new Error('no response')
      return { links: [link], next: link }
    }
    const api = testApi({ listings: { page } })
    const { status, body } = await api.call('GET', '/links?state=live')
    expect(status).toBe(200)
    expect(countLinks(body)).toBe(2)
    expect(body['next']).toEqual(expect.any(String))
    expect(pages).toBe(3)
    expect(api.lines.at(-1)).toMatchObject({ outcome: 'listed', status: 200, error: 'Error' })
    const next = await api.call('GET', `/links?state=live&limit=1&cursor=${String(body['next'])}`)
    expect(next.status).toBe(200)
    expect(countLinks(next.body)).toBe(1)
  })

  test('reads larger and larger pages if few links match, up to 1,000 links', async () => {
    const limits: number[] = []
    const api = testApi({ listings: { page: async ({ limit }) => (limits.push(limit), notLive()) } })
    await api.call('GET', '/links?state=live&limit=20')
    expect(limits).toEqual([20, 80, 320, 1000, 1000, 1000, 1000, 1000, 1000, 1000])
  })
})
