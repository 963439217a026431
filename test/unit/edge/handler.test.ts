import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Ports } from '../../../edge/ports.ts'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { ConsumeAttemptResult } from '../../../shared/redemption/link-table.ts'
import { reasons, refusalFor } from '../../../shared/refusal.ts'
import { testEdge, type TestEdge } from '../../support/edge.ts'
import { futureNonce, makeLink, noon, secondsFromNoon } from '../../support/links.ts'
import { headerOf, viewerRequest } from '../../support/viewer-request.ts'

/** Issues a link at `edge` and gives the path under which it opens. */
async function issue(edge: TestEdge, ...args: Parameters<typeof makeLink>): Promise<string> {
  const { nonce, link } = makeLink(...args)
  await edge.store.links.put(link, link.homeRegion)
  return `/d/${nonce}`
}

/** What a program learns from a refusal. */
const refusalIn = (answer: CloudFrontResultResponse) => ({
  status: answer.status,
  reason: (JSON.parse(answer.body ?? '{}') as { reason?: string }).reason,
  retryAfter: headerOf(answer, 'retry-after'),
})

describe('a viewer with a live link', () => {
  test('is redirected to the object on the host that was asked, once', async () => {
    const edge = testEdge()
    const uri = await issue(edge)
    const first = await edge.open(viewerRequest({ uri }))
    expect(first.status).toBe('302')
    expect(headerOf(first, 'location')).toMatch(
      /^\/report\.pdf\?Policy=[\w~-]+&Key-Pair-Id=KTESTVECTOR0001&Signature=[\w~-]+&Hash-Algorithm=SHA256$/,
    )
    const second = await edge.open(viewerRequest({ uri }))
    expect(refusalIn(second)).toEqual({ status: '403', reason: 'spent' })
    expect(edge.calls()).toBe(2)
  })

  test('gets the URL as JSON when that is what it accepts', async () => {
    const edge = testEdge()
    const uri = await issue(edge)
    const { status, body } = await edge.open(viewerRequest({ uri, headers: { Accept: 'application/json' } }))
    expect(status).toBe('200')
    expect(JSON.parse(body ?? '')).toEqual({
      url: expect.stringMatching(/^https:\/\/files\.example\.com\/report\.pdf\?Policy=/),
      expiresAt: '2026-11-24T12:00:30Z',
    })
  })

  test('may have had a query added by a mailer', async () => {
    const edge = testEdge()
    const uri = await issue(edge)
    expect((await edge.open(viewerRequest({ uri, querystring: 'utm_source=mail' }))).status).toBe('302')
  })
})

describe('what must not spend a link', () => {
  const harmless = [
    ['HEAD', { method: 'HEAD' }, '200'],
    ['OPTIONS', { method: 'OPTIONS' }, '204'],
    ['PUT', { method: 'PUT' }, '405'],
    ['PUT', { method: 'PUT' }, '405'],
    ['DELETE', { method: 'DELETE' }, '405'],
    ['a lower-case get', { method: 'get' }, '405'],
    ['Sec-Purpose: prefetch', { headers: { 'Sec-Purpose': 'prefetch' } }, '503'],
    ['Sec-Purpose: prefetch;prerender', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }, '503'],
    ['Purpose: prefetch', { headers: { Purpose: 'prefetch' } }, '503'],
    ['Purpose: preview', { headers: { Purpose: 'preview' } }, '503'],
    ['X-Purpose: preview', { headers: { 'X-Purpose': 'preview' } }, '503'],
    ['X-Moz: prefetch', { headers: { 'X-Moz': 'prefetch' } }, '503'],
    ['an IPv6 viewer', { clientIp: '2001:db8::1' }, '403'],
    ['an IPv4 address in IPv6 dress', { clientIp: '::ffff:203.0.113.7' }, '403'],
    ['two Host headers', { headers: { Host: ['files.example.com', 'evil.example'] } }, '404'],
    ['a Host with a wildcard', { headers: { Host: '*.example.com' } }, '404'],
    ['an empty Idempotency-Key', { headers: { 'Idempotency-Key': '' } }, '400'],
    ['two Idempotency-Keys', { headers: { 'Idempotency-Key': ['a', 'a'] } }, '400'],
  ] as const

  test.each(harmless)('%s', async (_, request, status) => {
    const edge = testEdge()
    const uri = await issue(edge)
    expect((await edge.open(viewerRequest({ uri, ...request }))).status).toBe(status)
    expect(edge.calls()).toBe(0)
    expect((await edge.open(viewerRequest({ uri }))).status).toBe('302')
  })

  test('HEAD and OPTIONS are answered the same for a live, a spent and a made-up nonce', async () => {
    const edge = testEdge()
    const live = await issue(edge)
    const spent = await issue(edge)
    await edge.open(viewerRequest({ uri: spent }))
    for (const method of ['HEAD', 'OPTIONS']) {
      const answers = await Promise.all([live, spent, '/d/x'].map(uri => edge.open(viewerRequest({ uri, method }))))
      expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
    }
  })

  test('a link of a newer version, with a flag that is not known yet', async () => {
    const edge = testEdge()
    const answer = await edge.open(viewerRequest({ uri: `/d/${futureNonce({ flags: 16 })}` }))
    expect(refusalIn(answer)).toEqual({ status: '503', reason: 'unsupported', retryAfter: '600' })
    expect(edge.calls()).toBe(0)
  })
})

describe('a link that is not for this viewer now', () => {
  test('expired: refused by its nonce alone', async () => {
    const edge = testEdge()
    const uri = await issue(edge, { expiresAt: secondsFromNoon(0) })
    const answer = await edge.open(viewerRequest({ uri }))
    expect(refusalIn(answer)).toEqual({ status: '403', reason: 'expired' })
    expect(edge.calls()).toBe(0)
  })

  test('not valid yet: refused, and good later', async () => {
    const edge = testEdge()
    const uri = await issue(edge, { notBefore: secondsFromNoon(60) })
    const early = await edge.open(viewerRequest({ uri }))
    expect(refusalIn(early)).toEqual({ status: '403', reason: 'not-yet-valid' })
    edge.clock.advance(60_000)
    expect((await edge.open(viewerRequest({ uri }))).status).toBe('302')
  })

  test('revoked: refused with that reason as often as it is opened', async () => {
    const edge = testEdge()
    const { nonce, link } = makeLink()
    await edge.store.links.put(link, link.homeRegion)
    await edge.store.links.revoke(link, link.homeRegion)
    for (let times = 0; times < 2; times += 1) {
      const answer = await edge.open(viewerRequest({ uri: `/d/${nonce}` }))
      expect(refusalIn(answer)).toEqual({ status: '403', reason: 'revoked' })
    }
  })

  test('bound to another network: refused there, good at home', async () => {
    const edge = testEdge()
    const uri = await issue(edge, { network: parseNetwork('198.51.100.0/24')! })
    const away = await edge.open(viewerRequest({ uri, headers: { 'X-Forwarded-For': '198.51.100.9' } }))
    expect(refusalIn(away)).toEqual({ status: '403', reason: 'wrong-network' })
    expect((await edge.open(viewerRequest({ uri, clientIp: '198.51.100.9' }))).status).toBe('302')
  })

  test.each([
    ['nothing', '/d/'],
    ['too short', '/d/EQAB'],
    ['another path', '/x/EQAB'],
    ['a slash behind it', `/d/${'A'.repeat(43)}/`],
    ['percent signs', `/d/%45${'A'.repeat(42)}`],
    ['another version', `/d/I${'A'.repeat(42)}`],
  ])('malformed, %s: 404 without asking the store', async (_, uri) => {
    const edge = testEdge()
    const answer = await edge.open(viewerRequest({ uri }))
    expect(refusalIn(answer)).toEqual({ status: '404', reason: 'malformed' })
    expect(edge.calls()).toBe(0)
  })
})

describe('when something fails', () => {
  const broken = async () => {
    throw new Error('secret words', { cause: new TypeError('secret words') })
  }

  test.each<[string, Partial<Ports>]>([
    ['no keys', { keyring: { current: broken } }],
    [
      'a table that refuses us',
      {
        table: {
          tryConsume: async () => ({ kind: 'not-retryable', cause: new TypeError('secret words') }),
          exists: broken,
          inspect: broken,
        },
      },
    ],
    ['a table that breaks its word', { table: { tryConsume: broken, exists: broken, inspect: broken } }],
  ])('%s: 503, never a redirect, and no words of the error', async (_, ports) => {
    const edge = testEdge(ports)
    const { nonce } = makeLink()
    const answer = await edge.open(viewerRequest({ uri: `/d/${nonce}` }))
    expect(refusalIn(answer)).toEqual({ status: '503', reason: 'failed', retryAfter: '5' })
    expect(JSON.stringify([answer, edge.lines])).not.toContain('secret words')
    expect(edge.lines[0]?.error).toBe('TypeError')
  })

  test('a store that never answers costs a viewer at most 3.7 seconds', async () => {
    const edge: TestEdge = testEdge({
      table: {
        async tryConsume(_, { timeoutMs }) {
          edge.clock.advance(timeoutMs)
          return { kind: 'no-effect' }
        },
        exists: broken,
        inspect: broken,
      },
    })
    const answer = await edge.open(viewerRequest({ uri: `/d/${makeLink().nonce}` }))
    expect(refusalIn(answer)).toEqual({ status: '503', reason: 'unavailable', retryAfter: '5' })
    expect(edge.clock.now() - noon).toBeGreaterThan(3400)
    expect(edge.clock.now() - noon).toBeLessThanOrEqual(3700)
    const ms = edge.clock.now() - noon
    expect(edge.lines).toMatchObject([{ ms, storeMs: ms }])
  })

  test('a write that was answered after the expiry gives no capability', async () => {
    const late = testEdge()
    const slow: TestEdge = testEdge({
      clock: late.clock,
      table: {
        async tryConsume(redemption, attempt) {
          late.clock.advance(1000)
          return late.store.table.tryConsume(redemption, attempt)
        },
        exists: late.store.table.exists,
        inspect: late.store.table.inspect,
      },
    })
    const uri = await issue(late, { expiresAt: secondsFromNoon(1) })
    const answer = await slow.open(viewerRequest({ uri }))
    expect(refusalIn(answer)).toEqual({ status: '403', reason: 'expired' })
  })
})

describe('every answer', () => {
  const events = async (edge: TestEdge) => [
    viewerRequest({ uri: await issue(edge) }),
    viewerRequest({ uri: await issue(edge), headers: { Accept: 'application/json' } }),
    ...['HEAD', 'OPTIONS', 'POST', 'PUT'].map(method => viewerRequest({ uri: '/d/x', method })),
    viewerRequest({ uri: '/d/x' }),
    viewerRequest({ uri: '/d/x', headers: { Accept: 'text/html' } }),
    viewerRequest({ uri: '/d/x', headers: { Purpose: 'prefetch' } }),
    viewerRequest({ uri: await issue(edge, { expiresAt: secondsFromNoon(0) }), headers: { Accept: 'text/html,*/*' } }),
  ]

  test('carries the headers of its kind and is one that CloudFront takes', async () => {
    const edge = testEdge()
    for (const event of await events(edge)) {
      const answer = await edge.open(event)
      expect(responseFault(answer)).toBeUndefined()
      for (const [name, value] of Object.entries(securityHeaders)) expect(headerOf(answer, name)).toBe(value)
      const html = headerOf(answer, 'content-type')?.startsWith('text/html') ?? false
      expect(headerOf(answer, 'content-security-policy')?.startsWith("default-src 'none'") ?? false).toBe(html)
    }
  })

  test('lists the methods there are, where the method matters', async () => {
    const edge = testEdge()
    const open = async (request: Parameters<typeof viewerRequest>[0]) =>
      (await edge.open(viewerRequest(request))).headers
    const allow = [{ key: 'allow', value: 'GET, HEAD, OPTIONS, POST' }]
    expect((await open({ uri: '/d/x', method: 'OPTIONS' }))?.['allow']).toEqual(allow)
    expect((await open({ uri: '/d/x', method: 'PUT' }))?.['allow']).toEqual(allow)
    expect((await open({ uri: '/d/x' }))?.['allow']).toBeUndefined()
  })

  test('in JSON has that content type', async () => {
    const edge = testEdge()
    const json = await edge.open(viewerRequest({ uri: await issue(edge), headers: { Accept: 'application/json' } }))
    expect(json.headers?.['content-type']).toEqual([{ key: 'content-type', value: 'application/json' }])
  })

  test('to a HEAD has no body', async () => {
    expect(await testEdge().open(viewerRequest({ uri: '/d/x', method: 'HEAD' }))).not.toHaveProperty('body')
  })

  test('is logged as what it was', async () => {
    const edge = testEdge()
    const { nonce, link } = makeLink()
    await edge.store.links.put(link, link.homeRegion)
    const { requestId } = viewerRequest({ uri: '/' }).Records[0]!.cf.config
    for (const request of [{ method: 'HEAD' }, {}, {}])
      await edge.open(viewerRequest({ uri: `/d/${nonce}`, ...request }))
    await edge.open(viewerRequest({ uri: '/d/x' }))
    expect(edge.lines).toStrictEqual([
      { outcome: 'probed', linkId: link.id, requestId, ms: 0 },
      { outcome: 'redeemed', linkId: link.id, requestId, ms: 0, storeMs: 0 },
      { outcome: 'refused', reason: 'spent', linkId: link.id, requestId, ms: 0, storeMs: 0 },
      { outcome: 'refused', reason: 'malformed', requestId, ms: 0 },
    ])
  })

  test('is logged in one line without nonce, address, key or URL', async () => {
    const edge = testEdge()
    const all = await events(edge)
    for (const event of all) await edge.open(event)
    expect(edge.lines).toHaveLength(all.length)
    const text = JSON.stringify(edge.lines)
    for (const event of all) expect(text).not.toContain(event.Records[0]?.cf.request.uri.slice(3).padEnd(10, '#'))
    expect(text).not.toMatch(/203\.0\.113|report|Signature|Policy|files\.example/)
  })

  test('that refuses a browser is a page', async () => {
    const page = await testEdge().open(viewerRequest({ uri: '/d/x', headers: { Accept: 'text/html' } }))
    expect(headerOf(page, 'content-type')).toBe('text/html; charset=utf-8')
    expect(headerOf(page, 'content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'$/,
    )
    expect(page.headers).not.toHaveProperty('retry-after')
    expect(page.body).toContain(`<h1>${refusalFor('malformed').title}</h1>`)
  })

  test('that refuses a program is a problem document', async () => {
    const document = await testEdge().open(viewerRequest({ uri: '/d/x', headers: { Accept: '*/*' } }))
    expect(headerOf(document, 'content-type')).toBe('application/problem+json')
    expect(JSON.parse(document.body ?? '')).toMatchObject({
      type: 'urn:once-at-edge:problem:malformed',
      status: 404,
      title: refusalFor('malformed').title,
      detail: refusalFor('malformed').detail,
    })
  })
})

test.each([
  ['home', 'at its home alone', ['ap-northeast-1', 'ap-northeast-1']],
  ['strong', 'at the nearest replica first', ['eu-west-1', 'us-east-1']],
] as const)('in mode %s a link is asked for %s', async (mode, _, regions) => {
  const asked: string[] = []
  const table: Ports['table'] = {
    tryConsume: async (_redemption, { region }) =>
      ({ kind: asked.push(region) < 2 ? 'no-effect' : 'condition-failed' }) as ConsumeAttemptResult,
    exists: async () => false,
    inspect: async () => undefined,
  }
  const edge = testEdge({ table }, { mode, homeRegions: ['us-east-1', 'eu-west-1', 'ap-northeast-1'] })
  const { nonce } = makeLink({ homeRegion: 'ap-northeast-1' })
  expect((await edge.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('403')
  expect(asked).toEqual(regions)
})

test('with uniform refusals, a stranger cannot tell why a nonce was refused', async () => {
  const edge = testEdge({}, { uniformRefusals: true })
  const spent = await issue(edge)
  await edge.open(viewerRequest({ uri: spent }))
  const uris = [
    spent,
    '/d/x',
    `/d/${makeLink().nonce}`,
    `/d/${makeLink().nonce.slice(0, 42)}A`,
    await issue(edge, { expiresAt: secondsFromNoon(-1) }),
    await issue(edge, { notBefore: secondsFromNoon(1) }),
    await issue(edge, { network: parseNetwork('10.0.0.0/8')! }),
  ]
  const answers = await Promise.all(uris.map(uri => edge.open(viewerRequest({ uri }))))
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.status).toBe('403')
  expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
    reason: 'not-redeemable',
    title: 'This link does not work',
    detail: 'Ask the sender for a new one.',
  })
  const elsewhere = await edge.open(viewerRequest({ uri: spent, method: 'PUT' }))
  expect(elsewhere.status).toBe('405')
})

test('the refusal table has a status, a title and a way forward for every reason', () => {
  for (const reason of reasons) {
    const { status, title, detail } = refusalFor(reason)
    expect([400, 403, 404, 405, 503]).toContain(status)
    expect(title).not.toMatch(/[<>&"]|\.$/)
    expect(detail).not.toMatch(/[<>&"]/)
  }
})

test('if no page can be loaded, a browser gets what programs get, and the log names the error', async () => {
  vi.doMock('../../../edge/pages/pages.ts', () => {
    throw new RangeError('no such file')
  })
  vi.resetModules()
  onTestFinished(() => {
    vi.doUnmock('../../../edge/pages/pages.ts')
    vi.resetModules()
  })
  const edge = testEdge()
  const answer = await edge.open(viewerRequest({ uri: '/d/x', headers: { Accept: 'text/html' } }))
  expect(refusalIn(answer)).toEqual({ status: '404', reason: 'malformed' })
  expect(edge.lines).toEqual([expect.objectContaining({ reason: 'malformed', error: 'RangeError' })])
})
