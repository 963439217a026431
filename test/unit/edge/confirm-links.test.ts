import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { makeLink, reportPath, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const html = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

type Fields = { readonly [name in keyof Link]?: Link[name] | undefined }

/** Issues a link at an edge of its own. It requires a confirmation and has a receipt, unless `fields` removes either. */
async function issued(fields: Fields = {}, edge = testEdge()) {
  const { nonce, link } = makeLink({ confirm: 'required', state: 'live', ...fields } as Partial<Link>)
  await edge.store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return { edge, nonce, link, open, stored: () => edge.store.links.find(link.id, link.homeRegion) }
}

type Issued = Awaited<ReturnType<typeof issued>>

/** Returns what a browser sends after a confirmation page: its cookie, and the query of its form. */
function sentAfter(page: CloudFrontResultResponse): { cookie: string; querystring: string } {
  const cookie = /^(__Host-once=[\w-]{22}); Path=\/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax$/.exec(
    headerOf(page, 'set-cookie') ?? '',
  )?.[1]
  const form = /<form method="post" action="\?(confirm=[\w.-]+)"/.exec(page.body ?? '')?.[1]
  if (cookie === undefined || form === undefined) throw new Error(`no confirmation page: ${page.status}`)
  return { cookie, querystring: form }
}

/** A browser gets the page and sends its form after `afterMs`, with `changes` to that request. */
async function confirmed({ edge, open }: Issued, afterMs = 1000, changes: RequestOptions = {}) {
  const { cookie, querystring } = sentAfter(await open({ headers: html }))
  edge.clock.advance(afterMs)
  const { headers, ...rest } = changes
  return open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie, ...headers }, ...rest })
}

const reasonOf = ({ body }: CloudFrontResultResponse) => (JSON.parse(body ?? '{}') as { reason?: string }).reason
/** A page that stays, while the browser follows it to the capability. */
const isDownload = (response: CloudFrontResultResponse) =>
  response.status === '200' && (headerOf(response, 'refresh') ?? '').startsWith(`0;url=${reportPath}&Policy=`)
const isPage = (response: CloudFrontResultResponse) =>
  response.status === '200' && (response.body ?? '').includes('<form method="post"')

describe.each<[string, Fields]>([
  ['with a receipt', {}],
  ['without a receipt', { state: undefined }],
])('a link %s that requires a confirmation', (_, fields) => {
  test('shows a browser the page any number of times, and is used once by its form', async () => {
    const link = await issued(fields)
    for (let times = 0; times < 3; times += 1) expect(isPage(await link.open({ headers: html }))).toBe(true)
    const response = await confirmed(link)
    expect(isDownload(response)).toBe(true)
    expect(policyOf(response)).toContain('https://files.example.com/report.pdf')
    expect(headerOf(response, 'set-cookie')).toMatch(/^__Host-once=[\w-]{22}; Path=\/;/)
    const later = await link.open({ headers: html })
    expect(later.status).toBe('403')
    expect(later.body).toContain('This link no longer works')
  })

  test('shows no page to a viewer who can’t use it: too early, from another network, revoked or expired', async () => {
    const early = await issued({ ...fields, notBefore: secondsFromNoon(60) })
    expect(reasonOf(await early.open())).toBe('not-yet-valid')
    const elsewhere = await issued({ ...fields, network: parseNetwork('10.0.0.0/8')! })
    expect(reasonOf(await elsewhere.open())).toBe('wrong-network')
    const revoked = await issued(fields)
    await revoked.edge.store.links.revoke(revoked.link, revoked.link.homeRegion)
    expect(reasonOf(await revoked.open())).toBe('revoked')
    const expired = await issued({ ...fields, expiresAt: secondsFromNoon(0) })
    expect(reasonOf(await expired.open())).toBe('expired')
  })

  test('shows the page if the store does not respond, because the page decides nothing', async () => {
    const { store } = testEdge()
    const broken = testEdge({
      table: { ...store.table, inspect: async () => Promise.reject(new Error('unavailable')) },
    })
    const { open } = await issued({ ...fields, filename: 'Befund.pdf' }, broken)
    const page = await open({ headers: html })
    expect(isPage(page)).toBe(true)
    expect(page.body).not.toMatch(/class="file"|Befund/)
    expect(page.body).toContain('This link works once.')
    const several = await issued({ ...fields, maxUses: 2, uses: [] }, broken)
    expect((await several.open({ headers: html })).body).not.toContain('works once')
  })
})

describe('a POST', () => {
  test.each<[string, number, RequestOptions]>([
    ['with the cookie of another browser', 1000, { headers: { Cookie: `__Host-once=${'A'.repeat(22)}` } }],
    ['with the token of another form', 1000, { querystring: `confirm=mi0.${'A'.repeat(22)}` }],
    ['with two tokens', 1000, { querystring: 'confirm=mi0.x&confirm=mi0.x' }],
  ])('%s gets the page again, and the link is not used', async (_, afterMs, changes) => {
    for (const fields of [{}, { state: undefined }]) {
      const link = await issued({ expiresAt: secondsFromNoon(86_400), ...fields })
      const page = await confirmed(link, afterMs, changes)
      expect(isPage(page)).toBe(true)
      expect((await link.stored())?.id).toBe(link.link.id)
      const { cookie, querystring } = sentAfter(page)
      link.edge.clock.advance(1000)
      const person = await link.open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
      expect(isDownload(person)).toBe(true)
    }
  })

  test('confirms at once if the browser says that a person pressed the button', async () => {
    const person = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-User': '?1' }
    expect(isDownload(await confirmed(await issued(), 0, { headers: person }))).toBe(true)
  })

  test.each([1000, 3_600_000])('%i ms after the page was made confirms', async afterMs => {
    const link = await issued({ expiresAt: secondsFromNoon(86_400) })
    expect(isDownload(await confirmed(link, afterMs))).toBe(true)
  })

  test('with the form of one link does not confirm another', async () => {
    const [one, other] = [await issued(), await issued()]
    const { cookie, querystring } = sentAfter(await one.open({ headers: html }))
    other.edge.clock.advance(1000)
    const response = await other.open({ method: 'POST', querystring, headers: { ...html, Cookie: cookie } })
    expect(isPage(response)).toBe(true)
  })
})

describe('a repeated confirmation', () => {
  test('comes from the same id: a browser keeps the one it has', async () => {
    const { open } = await issued()
    const mine = `__Host-once=${'B'.repeat(22)}`
    expect(sentAfter(await open({ headers: { ...html, Cookie: mine } })).cookie).toBe(mine)
  })
})

test('a POST with an Idempotency-Key confirms even if its User-Agent names a robot', async () => {
  const { open } = await issued()
  const headers = { 'User-Agent': 'DataFetcher/2.1', 'Idempotency-Key': 'order 17' }
  expect(reasonOf(await open({ headers }))).toBe('automated')
  expect((await open({ method: 'POST', headers })).status).toBe('303')
})

test('a used link leads the browser that used it to the same capability until that ends, then says when; the log marks that browser only', async () => {
  const { edge, open } = await issued()
  const { cookie, querystring } = sentAfter(await open({ headers: html }))
  edge.clock.advance(1000)
  const mine = { ...html, Cookie: cookie }
  const first = await open({ method: 'POST', querystring, headers: mine })
  edge.clock.advance(29_000)
  const again = await open({ headers: mine })
  expect(isDownload(again)).toBe(true)
  expect(policyOf(again)).toBe(policyOf(first))
  edge.clock.advance(1000)
  const when = /<time datetime="\d{4}-\d\d-\d\dT12:00Z">\w+, \d+ \w+, 12:00 UTC<\/time>/
  for (const [headers, start] of [
    [mine, 'You opened this on '],
    [html, 'It was opened on '],
  ] as const) {
    const { status, body = '' } = await open({ headers })
    expect(status).toBe('403')
    expect(body).toContain(start)
    expect(body).toMatch(when)
  }
  expect((await open({ headers: mine, clientIp: '198.51.100.9' })).status).toBe('403')
  const [sameClient, ...others] = edge.lines.slice(-3)
  expect(sameClient).toMatchObject({ reason: 'spent', sameClient: true })
  for (const other of others) {
    expect(other).toMatchObject({ reason: 'spent' })
    expect(other).not.toHaveProperty('sameClient')
  }
})

describe('an unredeemed request', () => {
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
    const unredeemed = { unconfirmed: 3, automated: 2, probed: 2, refusedAfterUse: 0, lastAt: secondsFromNoon(5) }
    expect(await stored()).toMatchObject({ state: 'live', unredeemed })
    await open({ method: 'POST', headers: { 'Idempotency-Key': 'order 17' } })
    expect(await stored()).toMatchObject({ state: 'used', unredeemed })
    await open({ method: 'HEAD' })
    expect(await stored()).toMatchObject({ unredeemed })
  })

  test('gets its response even if counting it fails', async () => {
    const refused = async () => Promise.reject(new Error('unavailable'))
    const broken = testEdge({ keyring: { current: refused } })
    const head = await broken.open(viewerRequest({ uri: `/d/${makeLink().nonce}`, method: 'HEAD' }))
    expect(head.status).toBe('200')
  })

  test('is logged with its outcome and link, without the token of the form', async () => {
    const { edge, open, link } = await issued()
    const page = sentAfter(await open({ headers: html }))
    await open({ headers: { 'User-Agent': 'Twitterbot/1.0' } })
    const log = edge.lines.map(({ outcome, reason, linkId }) => ({ outcome, reason, linkId }))
    expect(log).toEqual([
      { outcome: 'unconfirmed', reason: undefined, linkId: link.id },
      { outcome: 'refused', reason: 'automated', linkId: link.id },
    ])
    expect(JSON.stringify(edge.lines)).not.toContain(page.querystring.slice(-22))
  })
})

test('if the form used the link but the browser got no URL, the 503 page sends the form again, and gets the URL', async () => {
  const { store } = testEdge()
  let lost = 0
  const broken: ReturnType<typeof testEdge> = testEdge({
    table: {
      ...store.table,
      async tryConsume(...args) {
        const result = await store.table.tryConsume(...args)
        if (lost >= 20) return result
        lost += 1
        broken.clock.advance(400)
        return { kind: 'unknown-effect' }
      },
    },
  })
  const edge = { ...broken, store }
  const { open } = await issued({}, edge)
  const { cookie, querystring } = sentAfter(await open({ headers: html }))
  edge.clock.advance(1000)
  const post = (query: string) => open({ method: 'POST', querystring: query, headers: { ...html, Cookie: cookie } })
  const page = await post(querystring)
  expect(page.status).toBe('503')
  expect(headerOf(page, 'content-security-policy')).toContain("form-action 'self'")
  const again = /<form method="post" action="\?(confirm=[\w.-]+)"><button class="again">/.exec(page.body ?? '')?.[1]
  lost = 20
  expect(isDownload(await post(again ?? ''))).toBe(true)
})

describe('the name and size of the file', () => {
  const secretly = 'Befund Müller.pdf'
  const fields = { filename: secretly, size: 4_200_000 } as const

  test.each<[string, Fields]>([
    ['with a receipt', fields],
    ['without a receipt', { ...fields, state: undefined }],
  ])('are on the page of a link %s, from the one call that the page makes anyway', async (_, options) => {
    const link = await issued(options)
    const { body } = await link.open({ headers: html })
    expect(body).toContain(`<bdi translate="no">${secretly}</bdi>, <span>4.2 MB</span>`)
    expect(link.edge.calls()).toBe(1)
  })

  test('reach no viewer who can’t use the link, no robot, no prefetch, no program and no HEAD', async () => {
    const robot = { ...html, 'User-Agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }
    const requests: readonly RequestOptions[] = [
      { method: 'HEAD', headers: html },
      { method: 'OPTIONS', headers: html },
      { headers: robot },
      { headers: { ...html, 'Sec-Purpose': 'prefetch' } },
      {},
      { headers: { Accept: 'application/json' } },
      { method: 'POST', headers: { Accept: 'application/json' } },
    ]
    const unusable: readonly Fields[] = [
      { notBefore: secondsFromNoon(600) },
      { network: parseNetwork('198.51.100.0/24')! },
      { state: 'revoked' },
    ]
    const live = await issued(fields)
    const responses = await Promise.all([
      ...requests.map(live.open),
      ...unusable.map(async each => (await issued({ ...fields, ...each })).open({ headers: html })),
    ])
    for (const response of responses) expect(JSON.stringify(response)).not.toMatch(/Befund|report|4\.2/)
    expect(isPage(await live.open({ headers: html }))).toBe(true)
  })

  test('are in no log line', async () => {
    const link = await issued(fields)
    await confirmed(link)
    expect(link.edge.lines.map(({ outcome }) => outcome)).toEqual(['unconfirmed', 'redeemed'])
    expect(JSON.stringify(link.edge.lines)).not.toMatch(/Befund|report|4200000/)
  })
})
