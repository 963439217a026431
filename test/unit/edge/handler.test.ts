import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { EdgePorts } from '../../../edge/ports.ts'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { testEdge, type TestEdge } from '../../support/edge/edge.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

/** Issues a link at `edge` and returns its path. */
async function issue(edge: TestEdge, ...args: Parameters<typeof makeLink>): Promise<string> {
  const { nonce, link } = makeLink(...args)
  await edge.store.links.put(link, link.homeRegion)
  return `/d/${nonce}`
}

/** What a program gets from a refusal. */
const refusalIn = (response: CloudFrontResultResponse) => ({
  status: response.status,
  reason: (JSON.parse(response.body ?? '{}') as { reason?: string }).reason,
  retryAfter: headerOf(response, 'retry-after'),
})

describe('when something fails', () => {
  const broken = async () => {
    throw new Error('secret words', { cause: new TypeError('secret words') })
  }

  test.each<[string, Partial<EdgePorts>]>([
    ['no keys', { keyring: { current: broken } }],
    [
      'a table that denies access',
      {
        table: {
          tryConsume: async () => ({ kind: 'not-retryable', cause: new TypeError('secret words') }),
          tryReserve: broken,
          exists: broken,
          inspect: broken,
        },
      },
    ],
    ['a table that throws', { table: { tryConsume: broken, tryReserve: broken, exists: broken, inspect: broken } }],
  ])('%s: the viewer gets 503, not a redirect, and no text of the error', async (_, ports) => {
    const edge = testEdge(ports)
    const { nonce } = makeLink()
    const response = await edge.open(viewerRequest({ uri: `/d/${nonce}` }))
    expect(refusalIn(response)).toEqual({ status: '503', reason: 'failed', retryAfter: '5' })
    expect(JSON.stringify([response, edge.lines])).not.toContain('secret words')
    expect(edge.lines[0]?.error).toBe('TypeError')
  })

  test('a store that never responds costs a viewer at most 3.7 seconds', async () => {
    const edge: TestEdge = testEdge({
      table: {
        async tryConsume(_, { timeoutMs }) {
          edge.clock.advance(timeoutMs)
          return { kind: 'no-effect' }
        },
        tryReserve: broken,
        exists: broken,
        inspect: broken,
      },
    })
    const response = await edge.open(viewerRequest({ uri: `/d/${makeLink().nonce}` }))
    expect(refusalIn(response)).toEqual({ status: '503', reason: 'unavailable', retryAfter: '5' })
    expect(edge.clock.now() - noon).toBeGreaterThan(3400)
    expect(edge.clock.now() - noon).toBeLessThanOrEqual(3700)
    const ms = edge.clock.now() - noon
    expect(edge.lines).toMatchObject([{ ms, storeMs: ms }])
  })
})

describe('every response', () => {
  const events = async (edge: TestEdge) => [
    viewerRequest({ uri: await issue(edge) }),
    viewerRequest({ uri: await issue(edge), headers: { Accept: 'application/json' } }),
    ...['HEAD', 'OPTIONS', 'POST', 'PUT'].map(method => viewerRequest({ uri: '/d/x', method })),
    viewerRequest({ uri: '/d/x' }),
    viewerRequest({ uri: '/d/x', headers: { Accept: 'text/html' } }),
    viewerRequest({ uri: '/d/x', headers: { Purpose: 'prefetch' } }),
    viewerRequest({ uri: await issue(edge, { expiresAt: secondsFromNoon(0) }), headers: { Accept: 'text/html,*/*' } }),
  ]

  test('has the headers of its kind and is accepted by CloudFront', async () => {
    const edge = testEdge()
    for (const event of await events(edge)) {
      const response = await edge.open(event)
      expect(responseFault(response)).toBeUndefined()
      for (const [name, value] of Object.entries(securityHeaders)) expect(headerOf(response, name)).toBe(value)
      const html = headerOf(response, 'content-type')?.startsWith('text/html') ?? false
      expect(headerOf(response, 'content-security-policy')?.startsWith("default-src 'none'") ?? false).toBe(html)
    }
  })

  test('is logged with its outcome', async () => {
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
})

test('with uniform refusals, a viewer can’t see why a nonce is refused', async () => {
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
  const responses = await Promise.all(uris.map(uri => edge.open(viewerRequest({ uri }))))
  expect(new Set(responses.map(response => JSON.stringify(response))).size).toBe(1)
  expect(responses[0]?.status).toBe('403')
  expect(JSON.parse(responses[0]?.body ?? '')).toMatchObject({
    reason: 'not-redeemable',
    title: 'This link does not work',
    detail: 'Ask the sender for a new one.',
  })
  const put = await edge.open(viewerRequest({ uri: spent, method: 'PUT' }))
  expect(put.status).toBe('405')
})

test('if pages can’t be loaded, browsers get what programs get, and the log names the error', async () => {
  vi.doMock('../../../edge/pages/pages.ts', () => {
    throw new RangeError('no such file')
  })
  vi.resetModules()
  onTestFinished(() => {
    vi.doUnmock('../../../edge/pages/pages.ts')
    vi.resetModules()
  })
  const edge = testEdge()
  const response = await edge.open(viewerRequest({ uri: '/d/x', headers: { Accept: 'text/html' } }))
  expect(refusalIn(response)).toEqual({ status: '404', reason: 'malformed' })
  expect(edge.lines).toEqual([expect.objectContaining({ reason: 'malformed', error: 'RangeError' })])
})

test('if the table of refusals can’t be loaded, a refusal is a bare 503, and the link is not used', async () => {
  vi.doMock('../../../shared/refusal.ts', () => {
    throw new RangeError('no such file')
  })
  onTestFinished(() => vi.doUnmock('../../../shared/refusal.ts'))
  const edge = testEdge()
  for (const accept of ['text/html', '*/*']) {
    const response = await edge.open(viewerRequest({ uri: '/d/x', headers: { Accept: accept } }))
    expect([response.status, response.body]).toEqual(['503', undefined])
    expect(response.headers?.['cache-control']?.[0]?.value).toBe('no-store')
  }
  expect(edge.lines.map(({ reason, error }) => [reason, error])).toEqual([
    ['malformed', 'RangeError'],
    ['malformed', 'RangeError'],
  ])
})
