import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { testEdge } from '../../support/edge.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/viewer-request.ts'

type Asking = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const html = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

type Fields = { readonly [name in keyof Link]?: Link[name] | undefined }

/** A link at an edge of its own that asks for a confirmation, with a receipt, unless `fields` takes either away. */
async function issued(fields: Fields = {}, edge = testEdge()) {
  const { nonce, link } = makeLink({ confirm: 'required', state: 'live', ...fields } as Partial<Link>)
  await edge.store.links.put(link, link.homeRegion)
  const open = (asking: Asking = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...asking }))
  return { edge, nonce, link, open, stored: () => edge.store.links.find(link.id, link.homeRegion) }
}

type Issued = Awaited<ReturnType<typeof issued>>

/** What a browser keeps of a confirmation page: its cookie, and what its form sends. */
function keptOf(page: CloudFrontResultResponse): { cookie: string; querystring: string } {
  const cookie = /^(__Host-once=[\w-]{22}); Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$/.exec(
    headerOf(page, 'set-cookie') ?? '',
  )?.[1]
  const form = /<form method="post" action="\?(confirm=[\w.-]+)"/.exec(page.body ?? '')?.[1]
  if (cookie === undefined || form === undefined) throw new Error(`no confirmation page: ${page.status}`)
  return { cookie, querystring: form }
}

/** A person's browser gets the page, and sends its form after so many milliseconds. */
async function confirmed({ edge, open }: Issued, afterMs = 1000, changed: Asking = {}) {
  const { cookie, querystring } = keptOf(await open({ headers: html }))
  edge.clock.advance(afterMs)
  const { headers, ...rest } = changed
  return open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie, ...headers }, ...rest })
}

const reasonOf = ({ body }: CloudFrontResultResponse) => (JSON.parse(body ?? '{}') as { reason?: string }).reason
const isPage = (response: CloudFrontResultResponse) =>
  response.status === '200' && (response.body ?? '').includes('<form method="post"')

describe.each<[string, Fields]>([
  ['with a receipt', {}],
  ['without a receipt', { state: undefined }],
])('a link %s that asks for a confirmation', (_, fields) => {
  test('is shown to a browser as often as it looks, and used by its form, once', async () => {
    const link = await issued(fields)
    for (let times = 0; times < 3; times += 1) expect(isPage(await link.open({ headers: html }))).toBe(true)
    const answer = await confirmed(link)
    expect(answer.status).toBe('303')
    expect(policyOf(answer)).toContain('https://files.example.com/report.pdf')
    expect(headerOf(answer, 'set-cookie')).toMatch(/^__Host-once=[\w-]{22}; Path=\/;/)
    const later = await link.open({ headers: html })
    expect(later.status).toBe('403')
    expect(later.body).toContain('This link no longer works')
  })

  test('asks a program for a confirmation without being used, and sets it no cookie', async () => {
    const { open, link, stored } = await issued(fields)
    for (const headers of [{}, { Accept: 'application/json' }, { 'Idempotency-Key': 'order 17' }]) {
      const answer = await open({ headers })
      expect({ status: answer.status, reason: reasonOf(answer) }).toEqual({ status: '403', reason: 'unconfirmed' })
      expect(answer.headers).not.toHaveProperty('set-cookie')
    }
    expect((await stored())?.id).toBe(link.id)
  })

  test('is used by a POST with an Idempotency-Key, even after a GET with the same key', async () => {
    const { open } = await issued(fields)
    const headers = { 'Idempotency-Key': 'order 17', Accept: 'application/json' }
    expect((await open({ headers })).status).toBe('403')
    const answer = await open({ method: 'POST', headers })
    expect(answer.status).toBe('200')
    expect(JSON.parse(answer.body ?? '')).toEqual({
      url: expect.stringContaining('https://files.example.com/report.pdf?Policy='),
      expiresAt: '2026-11-24T12:00:30Z',
    })
  })

  test('is not shown where it is of no use: too early, in another network, revoked, expired', async () => {
    const early = await issued({ ...fields, notBefore: secondsFromNoon(60) })
    expect(reasonOf(await early.open())).toBe('not-yet-valid')
    const elsewhere = await issued({ ...fields, network: parseNetwork('10.0.0.0/8')! })
    expect(reasonOf(await elsewhere.open())).toBe('wrong-network')
    const revoked = await issued(fields)
    await revoked.edge.store.links.revoke(revoked.link, revoked.link.homeRegion)
    expect(reasonOf(await revoked.open())).toBe('revoked')
    const over = await issued({ ...fields, expiresAt: secondsFromNoon(0) })
    expect(reasonOf(await over.open())).toBe('expired')
  })

  test('is shown when the store gives no answer, for the page decides nothing', async () => {
    const { store } = testEdge()
    const broken = testEdge({ table: { ...store.table, inspect: async () => Promise.reject(new Error('away')) } })
    const { open } = await issued(fields, broken)
    expect(isPage(await open({ headers: html }))).toBe(true)
  })
})

describe('a POST that confirms nothing', () => {
  const chromium = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', 'sec-ch-ua': '"Chromium";v="156"' }
  const firefox = {
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-Mode': 'navigate',
    'User-Agent': 'Mozilla/5.0 Firefox/146.0',
  }

  test.each<[string, number, Asking]>([
    ['at once', 999, {}],
    ['an hour after the page was made', 3_600_001, {}],
    ['without the cookie of the page', 1000, { headers: { Cookie: '' } }],
    ['with the cookie of another browser', 1000, { headers: { Cookie: `__Host-once=${'A'.repeat(22)}` } }],
    ['without what the form sends', 1000, { querystring: '' }],
    ['with what another form sends', 1000, { querystring: `confirm=mi0.${'A'.repeat(22)}` }],
    ['with the form twice', 1000, { querystring: 'confirm=mi0.x&confirm=mi0.x' }],
    ['by a script that fetches', 1000, { headers: { ...chromium, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-User': '?1' } }],
    ['from another site', 1000, { headers: { ...chromium, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-User': '?1' } }],
    ['by a script in Chromium that sends the form', 1000, { headers: chromium }],
    ['by a script in Firefox that sends the form', 1000, { headers: firefox }],
  ])('%s gets the page again, and the link is not used', async (_, afterMs, changed) => {
    for (const fields of [{}, { state: undefined }]) {
      const link = await issued({ expiresAt: secondsFromNoon(86_400), ...fields })
      const page = await confirmed(link, afterMs, changed)
      expect(isPage(page)).toBe(true)
      expect((await link.stored())?.id).toBe(link.link.id)
      const { cookie, querystring } = keptOf(page)
      link.edge.clock.advance(1000)
      const person = await link.open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
      expect(person.status).toBe('303')
    }
  })

  test.each<[string, Record<string, string>]>([
    ['Chromium', { ...chromium, 'Sec-Fetch-User': '?1' }],
    ['Firefox', { ...firefox, 'Sec-Fetch-User': '?1' }],
    ['Safari, which does not say who started it', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' }],
    ['an old browser, which says nothing at all', {}],
  ])('but a person in %s confirms', async (_, headers) => {
    expect((await confirmed(await issued(), 1000, { headers })).status).toBe('303')
  })

  test('and whose browser says that a person pressed the button need not have waited', async () => {
    const person = { ...chromium, 'Sec-Fetch-User': '?1' }
    expect((await confirmed(await issued(), 0, { headers: person })).status).toBe('303')
  })

  test.each([1000, 3_600_000])('and %i ms after the page was made is in time', async afterMs => {
    const link = await issued({ expiresAt: secondsFromNoon(86_400) })
    expect((await confirmed(link, afterMs)).status).toBe('303')
  })

  test('the form of one link does not confirm another', async () => {
    const [one, other] = [await issued(), await issued()]
    const { cookie, querystring } = keptOf(await one.open({ headers: html }))
    other.edge.clock.advance(1000)
    const answer = await other.open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
    expect(isPage(answer)).toBe(true)
  })

  test('a form that is sent with GET is none', async () => {
    const link = await issued()
    expect(isPage(await confirmed(link, 1000, { method: 'GET' }))).toBe(true)
  })
})

describe('a confirmation that is repeated', () => {
  test('with a receipt gives the same browser the same capability, to the same second', async () => {
    const { edge, open } = await issued()
    const { cookie, querystring } = keptOf(await open({ headers: html }))
    edge.clock.advance(1000)
    const press = () => open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
    const first = policyOf(await press())
    edge.clock.advance(5000)
    expect(policyOf(await press())).toBe(first)
    expect((await open({ method: 'POST', querystring, headers: html })).status).toBe('403')
  })

  test('without one says that the link was used', async () => {
    const link = await issued({ state: undefined })
    const { cookie, querystring } = keptOf(await link.open({ headers: html }))
    link.edge.clock.advance(1000)
    const press = () => link.open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
    expect((await press()).status).toBe('303')
    expect((await press()).status).toBe('403')
  })

  test('a browser keeps the id that it has', async () => {
    const { open } = await issued()
    const mine = `__Host-once=${'B'.repeat(22)}`
    expect(keptOf(await open({ headers: { ...html, Cookie: mine } })).cookie).toBe(mine)
  })
})

describe('a direct link', () => {
  test('is used by a POST with an Idempotency-Key as well, which is answered with 303', async () => {
    const { open } = await issued({ confirm: undefined })
    const answer = await open({ method: 'POST', headers: { 'Idempotency-Key': 'order 17' } })
    expect(answer.status).toBe('303')
    expect(policyOf(answer)).toBeDefined()
  })

  test('is not used by a POST without one', async () => {
    const { open } = await issued({ confirm: undefined })
    expect(reasonOf(await open({ method: 'POST' }))).toBe('unconfirmed')
    expect((await open()).status).toBe('302')
  })

  test.each([
    [{ 'User-Agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }, '403', 'automated'],
    [{ 'Sec-Purpose': 'prefetch' }, '503', 'speculative'],
  ] as const)('is not used by a request that says %j, whatever the method', async (headers, status, reason) => {
    const { open, edge } = await issued({ confirm: undefined })
    for (const method of ['GET', 'POST']) {
      const answer = await open({ method, headers })
      expect({ status: answer.status, reason: reasonOf(answer) }).toEqual({ status, reason })
      const madeUp = await edge.open(viewerRequest({ uri: '/d/x', method, headers }))
      expect(JSON.stringify(madeUp)).toBe(JSON.stringify(answer))
    }
    expect((await open()).status).toBe('302')
  })
})

test('a robot’s name is no matter where a program names its POST', async () => {
  const { open } = await issued()
  const headers = { 'User-Agent': 'DataFetcher/2.1', 'Idempotency-Key': 'order 17' }
  expect(reasonOf(await open({ headers }))).toBe('automated')
  expect((await open({ method: 'POST', headers })).status).toBe('303')
})

test('a link that was used is refused to its browser too, and the log marks that browser and no other', async () => {
  const { edge, open } = await issued()
  const { cookie, querystring } = keptOf(await open({ headers: html }))
  edge.clock.advance(1000)
  await open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
  const mine = { ...html, Cookie: cookie }
  for (const headers of [mine, html]) expect((await open({ headers })).status).toBe('403')
  expect((await open({ headers: mine, clientIp: '198.51.100.9' })).status).toBe('403')
  const [sameClient, ...others] = edge.lines.slice(-3)
  expect(sameClient).toMatchObject({ reason: 'spent', sameClient: true })
  for (const other of others) {
    expect(other).toMatchObject({ reason: 'spent' })
    expect(other).not.toHaveProperty('sameClient')
  }
})

describe('what is held', () => {
  test('is counted on a link with a receipt, by kind', async () => {
    const { edge, open, stored } = await issued()
    await open({ headers: html })
    await open()
    await open({ method: 'POST' })
    await open({ headers: { 'User-Agent': 'Twitterbot/1.0' } })
    await open({ headers: { Purpose: 'prefetch' } })
    edge.clock.advance(5000)
    await open({ method: 'HEAD' })
    await open({ method: 'OPTIONS' })
    const unredeemed = { unconfirmed: 3, automated: 2, probed: 2, lastAt: secondsFromNoon(5) }
    expect(await stored()).toMatchObject({ state: 'live', unredeemed })
    await open({ method: 'POST', headers: { 'Idempotency-Key': 'order 17' } })
    expect(await stored()).toMatchObject({ state: 'used', unredeemed })
    await open({ method: 'HEAD' })
    expect(await stored()).toMatchObject({ unredeemed })
  })

  test('costs a link without a receipt no write, and a probe no call at all', async () => {
    const { edge, open, stored, link } = await issued({ state: undefined })
    for (const method of ['HEAD', 'OPTIONS']) await open({ method })
    await open({ headers: { 'User-Agent': 'Twitterbot/1.0' } })
    expect(edge.calls()).toBe(0)
    await open()
    expect(edge.calls()).toBe(1)
    expect(await stored()).toEqual(link)
  })

  test('is answered the same when it can’t be counted', async () => {
    const refused = async () => Promise.reject(new Error('away'))
    const broken = testEdge({ keyring: { current: refused } })
    const head = await broken.open(viewerRequest({ uri: `/d/${makeLink().nonce}`, method: 'HEAD' }))
    expect(head.status).toBe('200')
  })

  test('is logged by what it was, with the link and without the form', async () => {
    const { edge, open, link } = await issued()
    const page = keptOf(await open({ headers: html }))
    await open({ headers: { 'User-Agent': 'Twitterbot/1.0' } })
    const log = edge.lines.map(({ outcome, reason, linkId }) => ({ outcome, reason, linkId }))
    expect(log).toEqual([
      { outcome: 'unconfirmed', reason: undefined, linkId: link.id },
      { outcome: 'refused', reason: 'automated', linkId: link.id },
    ])
    expect(JSON.stringify(edge.lines)).not.toContain(page.querystring.slice(-22))
  })
})

test('a browser whose form used the link, but got no URL, sends the form again from the 503 page and gets one', async () => {
  const { store } = testEdge()
  let lost = 0
  const broken: ReturnType<typeof testEdge> = testEdge({
    table: {
      ...store.table,
      async tryConsume(...asked) {
        const answer = await store.table.tryConsume(...asked)
        if (lost >= 20) return answer
        lost += 1
        broken.clock.advance(400)
        return { kind: 'unknown-effect' }
      },
    },
  })
  const edge = { ...broken, store }
  const { open } = await issued({}, edge)
  const { cookie, querystring } = keptOf(await open({ headers: html }))
  edge.clock.advance(1000)
  const post = (query: string) => open({ method: 'POST', querystring: query, headers: { ...html, Cookie: cookie } })
  const page = await post(querystring)
  expect(page.status).toBe('503')
  expect(headerOf(page, 'content-security-policy')).toContain("form-action 'self'")
  const again = /<form method="post" action="\?(confirm=[\w.-]+)"><button class="again">/.exec(page.body ?? '')?.[1]
  lost = 20
  expect((await post(again ?? '')).status).toBe('303')
})

describe('the page that asks for a confirmation', () => {
  const german = { ...html, 'Accept-Language': 'de-AT,de;q=0.9' }
  const page = async () => (await issued()).open({ headers: german })

  test('is smaller than 8 KiB', async () => {
    expect(Buffer.byteLength((await page()).body ?? '')).toBeLessThan(8192)
  })

  test('says until when the link works, in the language of the viewer', async () => {
    const shown = await page()
    expect(shown.body).toContain('2026-11-24 13:00 UTC')
    expect(headerOf(shown, 'content-language')).toBe('de')
  })

  test('is stored in no cache, loads nothing, and may send its form home only', async () => {
    const shown = await page()
    expect(headerOf(shown, 'content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/)
    expect(headerOf(shown, 'cache-control')).toBe('no-store')
  })
})
