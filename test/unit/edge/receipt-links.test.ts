import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { Ports } from '../../../edge/ports.ts'
import type { Deployment } from '../../../shared/deployment.ts'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import { testEdge, type TestEdge } from '../../support/edge.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { policyOf, viewerRequest } from '../../support/viewer-request.ts'

type Asking = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const withKey = (key: string | readonly string[]): Asking => ({ headers: { 'Idempotency-Key': key } })
const withCookie = (text: string): Asking => ({ headers: { Cookie: text } })
const cookie = '__Host-once=AAAAAAAAAAAAAAAAAAAAAA'

/** What one opening came to: the policy of a capability, or the reason of a refusal. */
function resultOf(response: CloudFrontResultResponse): string {
  if (response.status !== '302') return (JSON.parse(response.body ?? '{}') as { reason: string }).reason
  return policyOf(response) ?? 'no policy'
}

/** An edge whose table is wrapped in something worse. */
function edgeWith(
  wrap: (table: LinkTable, clock: TestEdge['clock']) => LinkTable,
  ports: Partial<Ports> = {},
): TestEdge {
  const { store, clock } = testEdge()
  return { ...testEdge({ ...ports, clock, table: wrap(store.table, clock) }), store, clock }
}

/** A link with a receipt at an edge of its own; `open` opens it and says what that came to. */
async function issued(
  fields: Partial<Link> = {},
  deployment: Partial<Deployment> = {},
  edge = testEdge({}, deployment),
) {
  const { nonce, link } = makeLink({ state: 'live', ...fields })
  await edge.store.links.put(link, link.homeRegion)
  const answer = (asking: Asking) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...asking }))
  return {
    ...edge,
    nonce,
    link,
    answer,
    open: async (asking: Asking = {}) => resultOf(await answer(asking)),
    stored: async () => edge.store.links.find(link.id, link.homeRegion),
  }
}

const isPolicy = /^\{"Statement":\[\{"Resource":"https:\/\/files\.example\.com\/report\.pdf"/

describe('a link with a receipt', () => {
  test('opens once for a viewer that brings nothing', async () => {
    const { open, stored } = await issued()
    expect(await open()).toMatch(isPolicy)
    expect(await open()).toBe('spent')
    expect(await stored()).toMatchObject({
      state: 'used',
      receipt: {
        edgeRegion: 'eu-west-1',
        viewer: '203.0.113.0/24',
        userAgent: 'other',
        redeemedAt: secondsFromNoon(0),
        urlExpiresAt: secondsFromNoon(30),
      },
    })
  })

  test.each([
    ['Idempotency-Key', withKey('order 17'), withKey('order 18')],
    ['cookie', withCookie(cookie), withCookie('__Host-once=AAAAAAAAAAAAAAAAAAAAAB')],
  ])('gives whoever repeats its %s the same capability, and nobody else', async (_, mine, other) => {
    const { open, clock } = await issued()
    const first = await open(mine)
    clock.advance(10_000)
    expect(first).toMatch(isPolicy)
    expect(await open(mine)).toBe(first)
    expect(await open(other)).toBe('spent')
    expect(await open()).toBe('spent')
    expect(await open(mine)).toBe(first)
  })

  test('takes the key for the name of the client where there is a cookie too', async () => {
    const { open } = await issued()
    const first = await open({ headers: { 'Idempotency-Key': 'order 17', Cookie: cookie } })
    expect(await open(withCookie(cookie))).toBe('spent')
    expect(await open(withKey('order 17'))).toBe(first)
  })

  test.each([
    ['two keys', ['a', 'b']],
    ['an empty key', ''],
    ['a key with umlauts', 'ä'],
    ['a key that is too long', 'x'.repeat(256)],
  ])('is not used by %s, nor by a good cookie beside', async (_, key) => {
    const { open, calls, stored, link } = await issued()
    expect(await open({ headers: { 'Idempotency-Key': key, Cookie: cookie } })).toBe('idempotency-key-invalid')
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
  })

  test('takes a cookie that is not ours for nothing', async () => {
    const { open } = await issued()
    expect(await open(withCookie('__Host-once=tooshort'))).toMatch(isPolicy)
    expect(await open(withCookie('__Host-once=tooshort'))).toBe('spent')
  })

  test('never knows a client by its address alone', async () => {
    const { open } = await issued({ bind: 'none' })
    const neighbour = { clientIp: '203.0.113.7', headers: { 'User-Agent': 'curl/8.5.0' } }
    expect(await open(neighbour)).toMatch(/"Resource"/)
    expect(await open(neighbour)).toBe('spent')
  })

  test.each([
    ['exact', '203.0.113.8', false],
    ['prefix', '203.0.113.8', true],
    ['prefix', '203.0.112.7', false],
    ['none', '198.51.100.7', true],
  ] as const)('bound %s, repeated from %s: the same capability %s', async (bind, clientIp, isSame) => {
    const { open } = await issued({ bind })
    const first = await open(withKey('order 17'))
    expect(first).toMatch(isPolicy)
    expect(await open({ ...withKey('order 17'), clientIp })).toBe(isSame ? first : 'spent')
    expect(await open(withKey('order 17'))).toBe(first)
  })

  test('is not opened a second time under another host', async () => {
    const { open } = await issued()
    const first = await open(withKey('order 17'))
    const elsewhere = { headers: { 'Idempotency-Key': 'order 17', Host: 'other.example.com' } }
    expect(await open(elsewhere)).toBe('spent')
    expect(await open(withKey('order 17'))).toBe(first)
  })

  test('says the same end in JSON', async () => {
    const { answer, clock } = await issued()
    const asking = { headers: { 'Idempotency-Key': 'order 17', Accept: 'application/json' } }
    const end = { expiresAt: '2026-11-24T12:00:30Z' }
    expect(JSON.parse((await answer(asking)).body ?? '')).toMatchObject(end)
    clock.advance(5000)
    expect(JSON.parse((await answer(asking)).body ?? '')).toMatchObject(end)
  })
})

describe('a repeat comes too late', () => {
  test('when the capability has died', async () => {
    const { open, clock } = await issued()
    const first = await open(withKey('order 17'))
    clock.advance(29_999)
    expect(await open(withKey('order 17'))).toBe(first)
    clock.advance(1)
    expect(await open(withKey('order 17'))).toBe('spent')
  })

  test('when the link has expired, though the capability lives', async () => {
    const { open, clock } = await issued({ expiresAt: secondsFromNoon(10), urlSeconds: 60 })
    expect(await open(withKey('order 17'))).toMatch(isPolicy)
    clock.advance(10_000)
    expect(await open(withKey('order 17'))).toBe('expired')
  })

  test('when the answer took so long that the link has expired meanwhile', async () => {
    const edge = edgeWith((table, clock) => ({
      ...table,
      tryConsume: (...args) => (clock.advance(1000), table.tryConsume(...args)),
    }))
    const { open, stored } = await issued({ expiresAt: secondsFromNoon(1) }, {}, edge)
    expect(await open(withKey('order 17'))).toBe('expired')
    expect((await stored())?.state).toBe('used')
  })

  test('when its own answer took so long that the capability has died meanwhile', async () => {
    let ms = 0
    const edge = edgeWith((table, clock) => ({
      ...table,
      tryConsume: (...args) => (clock.advance(ms), table.tryConsume(...args)),
    }))
    const { open, clock } = await issued({ urlSeconds: 5 }, {}, edge)
    expect(await open(withKey('order 17'))).toMatch(isPolicy)
    ms = 1000
    clock.advance(4000)
    expect(await open(withKey('order 17'))).toBe('spent')
  })
})

describe('a link with a receipt that is not for this viewer now', () => {
  test('says why, and is not used', async () => {
    const later = await issued({ notBefore: secondsFromNoon(60) })
    const elsewhere = await issued({ network: parseNetwork('198.51.100.0/24')! })
    const dead = await issued({ expiresAt: secondsFromNoon(0) })
    expect(await later.open()).toBe('not-yet-valid')
    expect(await elsewhere.open()).toBe('wrong-network')
    expect(await dead.open()).toBe('expired')
    expect(await later.stored()).toEqual(later.link)
    later.clock.advance(60_000)
    expect(await later.open()).toMatch(isPolicy)
  })

  test('that was revoked says so to every client', async () => {
    const { open, store, link } = await issued()
    await store.links.revoke(link, link.homeRegion)
    expect(await open()).toBe('revoked')
    expect(await open(withKey('order 17'))).toBe('revoked')
  })

  test('once it is used, says no more than that to a stranger in another network', async () => {
    const { open } = await issued({ network: parseNetwork('203.0.113.0/24')! })
    await open(withKey('order 17'))
    expect(await open({ ...withKey('order 17'), clientIp: '198.51.100.7' })).toBe('spent')
  })
})

/** The table, but its first answers are lost after the write was done; and with a receipt there is nothing to read. */
function losing(answers: () => boolean): (table: LinkTable) => LinkTable {
  return table => ({
    async tryConsume(...args) {
      const answer = await table.tryConsume(...args)
      return answers() ? { kind: 'unknown-effect' } : answer
    },
    exists: async () => Promise.reject(new Error('read')),
    inspect: table.inspect,
  })
}

describe('lost answers', () => {
  test.each([
    [1, {}],
    [3, {}],
    [2, withKey('order 17')],
    [2, withCookie(cookie)],
  ])('%d in a row cost a viewer nothing but time', async (lost, asking) => {
    let left = lost
    const { open, calls, stored } = await issued({}, {}, edgeWith(losing(() => (left -= 1) >= 0)))
    expect(await open(asking)).toMatch(isPolicy)
    expect(calls()).toBe(lost + 1)
    expect((await stored())?.receipt?.redeemedAt).toBe(secondsFromNoon(0))
  })

  test('without end leave the outcome unknown, and a client with an id gets its file the next time', async () => {
    let areLost = true
    const { open } = await issued({}, {}, edgeWith(losing(() => areLost)))
    expect(await open(withKey('order 17'))).toBe('outcome-unknown')
    areLost = false
    expect(await open(withKey('order 17'))).toMatch(isPolicy)
  })
})

test('the table and the log hold no nonce, address, cookie or Idempotency-Key in clear', async () => {
  for (const receiptAddress of ['prefix', 'hash'] as const) {
    for (const asking of [withKey('order 17'), withCookie(cookie), {}]) {
      const { open, stored, nonce, lines } = await issued({}, { receiptAddress })
      await open(asking)
      const text = JSON.stringify([await stored(), lines])
      expect(text).toContain('"state":"used"')
      for (const secret of [nonce, '203.0.113.7', 'order 17', cookie.slice(12)]) expect(text).not.toContain(secret)
      expect(text.includes('203.0.113')).toBe(receiptAddress === 'prefix')
    }
  }
})

test('a viewer without an id gets one of 128 random bits, drawn for this request', async () => {
  const asked: number[] = []
  const random = (length: number) => (asked.push(length), new Uint8Array(length))
  const { open } = await issued(
    {},
    {},
    edgeWith(table => table, { random }),
  )
  await open()
  await open(withKey('order 17'))
  expect(asked).toEqual([16])
})

test('with uniform refusals, a link with a receipt that was used or revoked looks like any other that fails', async () => {
  const deployment = { uniformRefusals: true }
  const [used, revoked] = [await issued({}, deployment), await issued({}, deployment)]
  await used.open()
  await revoked.store.links.revoke(revoked.link, revoked.link.homeRegion)
  expect(await used.open()).toBe('not-redeemable')
  expect(await revoked.open()).toBe('not-redeemable')
})

test('for a link that is deleted no id is drawn', async () => {
  const random = () => {
    throw new Error('drawn')
  }
  const { open, store } = testEdge({ random })
  const { nonce, link } = makeLink()
  await store.links.put(link, link.homeRegion)
  expect((await open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
