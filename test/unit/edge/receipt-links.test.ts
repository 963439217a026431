import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { EdgePorts } from '../../../edge/ports.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import type { Link } from '../../../shared/link.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import { testEdge, type TestEdge } from '../../support/edge/edge.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const withKey = (key: string | readonly string[]): RequestOptions => ({ headers: { 'Idempotency-Key': key } })
const withCookie = (text: string): RequestOptions => ({ headers: { Cookie: text } })
const cookie = '__Host-once=AAAAAAAAAAAAAAAAAAAAAA'

/** Returns the policy of the capability, or the reason of the refusal. */
function resultOf(response: CloudFrontResultResponse): string {
  if (response.status !== '302') return (JSON.parse(response.body ?? '{}') as { reason: string }).reason
  return policyOf(response) ?? 'no policy'
}

/** Creates an edge whose table is wrapped in a worse one. */
function edgeWith(
  wrap: (table: LinkTable, clock: TestEdge['clock']) => LinkTable,
  ports: Partial<EdgePorts> = {},
): TestEdge {
  const { store, clock } = testEdge()
  return { ...testEdge({ ...ports, clock, table: wrap(store.table, clock) }), store, clock }
}

/** Issues a link with a receipt at an edge of its own. `open` requests it and returns the result. */
async function issued(
  fields: { readonly [name in keyof Link]?: Link[name] | undefined } = {},
  deployment: Partial<Deployment> = {},
  edge = testEdge({}, deployment),
) {
  const { nonce, link } = makeLink({ state: 'live', ...fields } as Partial<Link>)
  await edge.store.links.put(link, link.homeRegion)
  const send = (options: RequestOptions) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return {
    ...edge,
    nonce,
    link,
    send,
    open: async (options: RequestOptions = {}) => resultOf(await send(options)),
    stored: async () => edge.store.links.find(link.id, link.homeRegion),
  }
}

const isPolicy = /^\{"Statement":\[\{"Resource":"https:\/\/files\.example\.com\/report\.pdf\?[^"]+"/

describe('a link with a receipt', () => {
  test('is redeemed once by a viewer without an id', async () => {
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
  ])('gives the same capability to a client that repeats its %s, and to no other', async (_, mine, other) => {
    const { open, clock } = await issued()
    const first = await open(mine)
    clock.advance(10_000)
    expect(first).toMatch(isPolicy)
    expect(await open(mine)).toBe(first)
    expect(await open(other)).toBe('spent')
    expect(await open()).toBe('spent')
    expect(await open(mine)).toBe(first)
  })

  test('identifies a client by its Idempotency-Key even if it sends a cookie', async () => {
    const { open } = await issued()
    const first = await open({ headers: { 'Idempotency-Key': 'order 17', Cookie: cookie } })
    expect(await open(withCookie(cookie))).toBe('spent')
    expect(await open(withKey('order 17'))).toBe(first)
  })

  test('never identifies a client by its address alone', async () => {
    const { open } = await issued({ bind: 'none' })
    const neighbour = { clientIp: '203.0.113.7', headers: { 'User-Agent': 'curl/8.5.0' } }
    expect(await open(neighbour)).toMatch(/"Resource"/)
    expect(await open(neighbour)).toBe('spent')
  })

  test('gives no second capability under another host', async () => {
    const { open } = await issued()
    const first = await open(withKey('order 17'))
    const elsewhere = { headers: { 'Idempotency-Key': 'order 17', Host: 'other.example.com' } }
    expect(await open(elsewhere)).toBe('spent')
    expect(await open(withKey('order 17'))).toBe(first)
  })
})

describe('a repeated request is refused', () => {
  test('when the capability has expired', async () => {
    const { open, clock } = await issued()
    const first = await open(withKey('order 17'))
    clock.advance(29_999)
    expect(await open(withKey('order 17'))).toBe(first)
    clock.advance(1)
    expect(await open(withKey('order 17'))).toBe('spent')
  })

  test('when the link has expired, even if the capability has not', async () => {
    const { open, clock } = await issued({ expiresAt: secondsFromNoon(10), urlSeconds: 60 })
    expect(await open(withKey('order 17'))).toMatch(isPolicy)
    clock.advance(10_000)
    expect(await open(withKey('order 17'))).toBe('expired')
  })

  test('when the link expires while the store responds', async () => {
    const edge = edgeWith((table, clock) => ({
      ...table,
      tryConsume: (...args) => (clock.advance(1000), table.tryConsume(...args)),
    }))
    const { open, stored } = await issued({ expiresAt: secondsFromNoon(1) }, {}, edge)
    expect(await open(withKey('order 17'))).toBe('expired')
    expect((await stored())?.state).toBe('used')
  })

  test('when the capability expires while the store responds', async () => {
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

describe('a link with a receipt that this viewer can’t use now', () => {
  test('that was revoked after its use says so to every client, also to the one that used it', async () => {
    const mine = withCookie(cookie)
    const { open, store, link, lines, stored } = await issued()
    expect(await open(mine)).toMatch(isPolicy)
    const used = await stored()
    await store.links.revoke(link, link.homeRegion)
    for (const options of [mine, {}, withKey('order 18'), mine]) expect(await open(options)).toBe('revoked')
    expect(await stored()).toEqual({ ...used, state: 'revoked' })
    expect(lines.slice(1).every(line => !('sameClient' in line))).toBe(true)
  })
})

describe('the refused use of a used link', () => {
  /** Returns how many were counted. */
  const countOf = (link: Link | undefined) => link?.unredeemed?.refusedAfterUse

  test('is counted on its receipt with one more call, and changes nothing else', async () => {
    const { open, calls, stored, clock } = await issued()
    await open(withKey('order 17'))
    const used = await stored()
    clock.advance(2000)
    const before = calls()
    for (const options of [{}, withKey('order 18')]) expect(await open(options)).toBe('spent')
    expect(calls() - before).toBe(4)
    const counts = { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 2, lastAt: secondsFromNoon(2) }
    expect(await stored()).toEqual({ ...used, unredeemed: counts })
  })

  test('is counted if its client comes from where its capability does not work, but not if that has ended', async () => {
    const { open, stored, clock } = await issued()
    await open(withKey('order 17'))
    expect(await open({ ...withKey('order 17'), clientIp: '203.0.113.8' })).toBe('spent')
    clock.advance(30_000)
    expect(await open(withKey('order 17'))).toBe('spent')
    expect(countOf(await stored())).toBe(1)
  })

  test('is refused the same if counting it fails, and half a second later if the store is silent', async () => {
    const timeouts: number[] = []
    const failing = (table: LinkTable): LinkTable => ({
      ...table,
      inspect: async (_, kind, { timeoutMs }) => {
        timeouts.push(timeoutMs)
        throw new Error(`no response to ${String(kind)}`)
      },
    })
    const { open } = await issued({}, {}, edgeWith(failing))
    await open(withKey('order 17'))
    expect(await open()).toBe('spent')
    expect(timeouts).toEqual([500])
  })

  test('is not counted if there is no time left', async () => {
    const kinds: unknown[] = []
    const slow = (table: LinkTable, clock: TestEdge['clock']): LinkTable => ({
      tryConsume: (...args) => (clock.advance(1830), table.tryConsume(...args)),
      tryReserve: table.tryReserve,
      exists: table.exists,
      inspect: (...args) => (kinds.push(args[1]), clock.advance(1830), table.inspect(...args)),
    })
    const { open } = await issued({ confirm: 'required' }, {}, edgeWith(slow))
    await open({ method: 'POST', ...withKey('order 17') })
    expect(await open({ method: 'POST', ...withKey('order 18') })).toBe('spent')
    expect(kinds).toEqual(['refusedAfterUse'])
  })
})

/** Wraps a table so that responses to writes are lost while `isLost`; with a receipt, nothing is read, so reads throw. */
function losing(isLost: () => boolean): (table: LinkTable) => LinkTable {
  return table => ({
    async tryConsume(...args) {
      const result = await table.tryConsume(...args)
      return isLost() ? { kind: 'unknown-effect' } : result
    },
    tryReserve: table.tryReserve,
    exists: async () => Promise.reject(new Error('read')),
    inspect: table.inspect,
  })
}

describe('lost responses', () => {
  test('of a link that was revoked meanwhile end with revoked, which is true: it does not say that the link was not used', async () => {
    const revoking = (table: LinkTable): LinkTable => ({
      ...table,
      async tryConsume(...args) {
        const result = await table.tryConsume(...args)
        if (result.kind === 'consumed') await edge.store.links.revoke(result.link, result.link.homeRegion)
        return result.kind === 'consumed' ? { kind: 'unknown-effect' } : result
      },
    })
    const edge = edgeWith(revoking)
    const { open, send, stored } = await issued({}, {}, edge)
    expect(await open(withKey('order 17'))).toBe('revoked')
    expect((await stored())?.receipt?.redeemedAt).toBe(secondsFromNoon(0))
    expect((await send(withKey('order 17'))).body).toContain('The sender took it back. Ask')
  })

  test.each([{}, { Accept: 'text/html' }])(
    'until the deadline give a browser the cookie with which it gets its file the next time: %j',
    async headers => {
      let areLost = true
      const { open, send } = await issued({}, {}, edgeWith(losing(() => areLost)))
      const unknown = await send({ headers })
      expect(unknown.status).toBe('503')
      const mine = /^__Host-once=[\w-]{22}(?=; Path=\/; )/.exec(headerOf(unknown, 'set-cookie') ?? '')?.[0] ?? ''
      areLost = false
      expect(await open()).toBe('spent')
      expect(await open(withCookie(mine))).toMatch(isPolicy)
    },
  )

  test('give no cookie with another refusal, nor for a link without a receipt', async () => {
    const { send } = await issued()
    await send({})
    expect((await send({})).headers).not.toHaveProperty('set-cookie')
    const deleted = await issued({ state: undefined }, {}, edgeWith(losing(() => true)))
    expect((await deleted.send({})).headers).not.toHaveProperty('set-cookie')
  })
})

test('the table and the log hold no nonce, address, cookie or Idempotency-Key in clear', async () => {
  for (const receiptAddress of ['prefix', 'hash'] as const) {
    for (const options of [withKey('order 17'), withCookie(cookie), {}]) {
      const { open, stored, nonce, lines } = await issued({}, { receiptAddress })
      await open(options)
      const text = JSON.stringify([await stored(), lines])
      expect(text).toContain('"state":"used"')
      for (const secret of [nonce, '203.0.113.7', 'order 17', cookie.slice(12)]) expect(text).not.toContain(secret)
      expect(text.includes('203.0.113')).toBe(receiptAddress === 'prefix')
    }
  }
})

test('a viewer without an id gets one of 128 random bits for each request', async () => {
  const lengths: number[] = []
  const random = (length: number) => (lengths.push(length), new Uint8Array(length))
  const { open } = await issued(
    {},
    {},
    edgeWith(table => table, { random }),
  )
  await open()
  await open(withKey('order 17'))
  expect(lengths).toEqual([16])
})

test('for a link without a receipt, no id is made', async () => {
  const random = () => {
    throw new Error('drawn')
  }
  const { open, store } = testEdge({ random })
  const { nonce, link } = makeLink()
  await store.links.put(link, link.homeRegion)
  expect((await open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
