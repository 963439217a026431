import { describe, expect, test } from 'vitest'
import { nonceBits } from '../../../api/idempotency.ts'
import { testApi } from '../../support/api/api.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

const body = { key: 'report.pdf', filename: 'Report.pdf' }
const withKey = (key: string) => ({ body, headers: { 'Content-Type': 'application/json', 'idempotency-KEY': key } })

describe('the same request with the same Idempotency-Key', () => {
  test('gets the same response, and one link is issued', async () => {
    const { links } = memoryStore()
    let puts = 0
    const api = testApi({ links: { ...links, put: (...args) => ((puts += 1), links.put(...args)) } })
    const first = await api.call('POST', '/links', withKey('k1'))
    api.clock.advance(3_600_000)
    const again = await api.call('POST', '/links', {
      ...withKey('k1'),
      body: { filename: 'Report.pdf', key: 'report.pdf' },
    })
    expect(first.status).toBe(201)
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(puts).toBe(1)
  })

  test('issues another link after a day', async () => {
    const api = testApi()
    const first = await api.call('POST', '/links', withKey('k1'))
    api.clock.advance(24 * 3_600_000)
    const later = await api.call('POST', '/links', withKey('k1'))
    expect(first.status).toBe(201)
    expect(later.status).toBe(201)
    expect(later.body.id).not.toBe(first.body.id)
  })

  test('has a nonce that depends on salt, attempt, caller and key, besides the MAC key', () => {
    const record = { id: 'i', fingerprint: 'f', salt: 's', leaseUntil: 0 as never, expiresAt: 0 as never }
    const holder = { identity: 'me', idempotencyKey: 'k' }
    const { mac } = testKeys
    const all = [
      nonceBits({ record, holder, mac, attempt: 1 }),
      nonceBits({ record, holder, mac, attempt: 2 }),
      nonceBits({ record, holder, mac: { ...mac, current: 1 }, attempt: 1 }),
      nonceBits({ record: { ...record, salt: 't' }, holder, mac, attempt: 1 }),
      nonceBits({ record, holder: { ...holder, identity: 'you' }, mac, attempt: 1 }),
      nonceBits({ record, holder: { ...holder, idempotencyKey: 'l' }, mac, attempt: 1 }),
      nonceBits({ record, holder: { identity: 'm', idempotencyKey: 'ek' }, mac, attempt: 1 }),
    ].map(bits => Buffer.from(bits).toString('hex'))
    expect(new Set(all).size).toBe(all.length)
    // A later version must give the same response, so the derivation may not change.
    expect(all[0]).toBe('c368ac0c0c580e78af7ceee66a70bb4c')
  })

  test('gets the same response, although earlier attempts had other nonces', async () => {
    const { links } = memoryStore()
    let puts = 0
    const put: typeof links.put = async (...args) => ((puts += 1) < 3 ? 'unsure' : links.put(...args))
    const api = testApi({ links: { ...links, put } })
    const first = await api.call('POST', '/links', withKey('k1'))
    expect((await api.call('POST', '/links', withKey('k1'))).body).toEqual(first.body)
    expect(first.status).toBe(201)
    expect(puts).toBe(3)
  })
})

describe('whether a request is the same as another', () => {
  const same = async (one: object, other: object) => {
    const api = testApi()
    const issue = (body: object) => api.call('POST', '/links', { ...withKey('k1'), body: { key: 'f/k', ...body } })
    const [first, second] = [await issue(one), await issue(other)]
    expect(first.status).toBe(201)
    expect([201, 422]).toContain(second.status)
    return second.status === 201
  }

  test.each([
    ['no confirmation, given or left out', {}, { confirm: false }],
    ['no player, given or left out', {}, { media: false }],
    ['fields in another order', { receipt: true, bind: 'none' }, { bind: 'none', receipt: true }],
  ])('%s: the same', async (_, one, other) => {
    expect(await same(one, other)).toBe(true)
    expect(await same(other, one)).toBe(true)
  })

  // The defaults of these depend on the deployment, and may change.
  test.each([
    ['no receipt, given or left out', {}, { receipt: false }],
    ['a binding to the address, given or left out', {}, { bind: 'exact' }],
    ['a confirmation or none', {}, { confirm: true }],
    ['a folder, given or chosen by the key', { media: true }, { media: 'folder' }],
  ])('%s: another', async (_, one, other) => {
    expect(await same(one, other)).toBe(false)
    expect(await same(other, one)).toBe(false)
  })
})

describe('while the first request runs', () => {
  /** Makes an API whose first request failed and still has its lease; `ids` are those of the links it tried to write. */
  async function withRunningRequest() {
    const { links } = memoryStore()
    const ids: string[] = []
    const put: typeof links.put = async (link, region) => {
      ids.push(link.id)
      if (ids.length <= 3) throw new Error('the table is unavailable')
      return links.put(link, region)
    }
    const api = testApi({ links: { ...links, put } })
    expect((await api.call('POST', '/links', withKey('k1'))).status).toBe(503)
    return { api, ids }
  }

  test('a second one is refused, with the seconds after which it may be sent again', async () => {
    const { api } = await withRunningRequest()
    const early = await api.call('POST', '/links', withKey('k1'))
    expect(early).toMatchObject({
      status: 409,
      body: { reason: 'idempotency-key-in-use' },
      headers: { 'retry-after': '30' },
    })
  })

  test('after its lease, a second one issues a fresh link', async () => {
    const { api, ids } = await withRunningRequest()
    await api.call('POST', '/links', withKey('k1'))
    api.clock.advance(30_000)
    const late = await api.call('POST', '/links', withKey('k1'))
    expect(late).toMatchObject({ status: 201, body: { id: ids[3] } })
    expect(new Set(ids).size).toBe(4)
  })

  test('ten at the same time issue one link', async () => {
    const api = testApi()
    const responses = await Promise.all(Array.from({ length: 10 }, () => api.call('POST', '/links', withKey('k1'))))
    const ids = responses.filter(({ status }) => status === 201).map(response => response.body.id)
    expect(new Set(ids).size).toBe(1)
    expect(responses.every(({ status }) => status === 201 || status === 409)).toBe(true)
  })
})

test('the idempotency record contains neither the nonce nor the Idempotency-Key', async () => {
  const stored: unknown[] = []
  const idempotency = memoryIdempotencyStore()
  const api = testApi({
    idempotency: {
      ...idempotency,
      reserve: (record, now) => (stored.push(record), idempotency.reserve(record, now)),
      complete: (record, issued) => (stored.push(issued), idempotency.complete(record, issued)),
      release: record => idempotency.release(record),
    },
  })
  const response = await api.call('POST', '/links', withKey('a-key-of-mine'))
  const text = JSON.stringify(stored)
  expect(stored).toHaveLength(2)
  expect(text).not.toContain('a-key-of-mine')
  expect(text).not.toContain(response.body.url?.slice(-43))
})

test.each([
  ['', 'nothing'],
  ['x'.repeat(256), '256 characters'],
])('the Idempotency-Key %j is refused and named in the errors', async (key, got) => {
  const response = await testApi().call('POST', '/links', withKey(key))
  expect(response.status).toBe(400)
  const allowed = '1 to 255 printable ASCII characters'
  expect(response.body.errors).toEqual([{ field: 'Idempotency-Key', got, allowed }])
})

test('a request with two Idempotency-Keys is refused, and no link is issued', async () => {
  const { links } = memoryStore()
  let puts = 0
  const api = testApi({ links: { ...links, put: (...args) => ((puts += 1), links.put(...args)) } })
  const headers = { ...withKey('k1').headers, 'Idempotency-Key': 'k2' }
  const response = await api.call('POST', '/links', { body, headers })
  expect(response).toMatchObject({ status: 400, body: { errors: [{ got: '2 keys' }] } })
  expect(puts).toBe(0)
})
