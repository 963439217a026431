import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import type { NonceFlags } from '../../../shared/nonce.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { answerFault, operationAt } from '../../support/documented.ts'
import { testEdge } from '../../support/edge.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { viewerRequest } from '../../support/viewer-request.ts'

/** Returns a response of the edge as a client gets it. */
function responseOf({ status, headers = {}, body }: CloudFrontResultResponse) {
  const flat = Object.entries(headers).map(([name, values]) => [name, values[0]?.value ?? ''] as const)
  const all = Object.fromEntries(flat)
  const isJson = all['content-type']?.includes('json') === true
  return { status: Number(status), headers: all, body: body === undefined || !isJson ? body : JSON.parse(body) }
}

const folder = { key: 'film/index.m3u8' as ObjectKey, media: 'folder', urlSeconds: 3600 } as const
const links: Readonly<Record<string, [Partial<Link>, Partial<NonceFlags>]>> = {
  'a plain link': [{}, {}],
  'one with a receipt': [{ state: 'live' }, {}],
  'one that requires a confirmation': [{ state: 'live', confirm: 'required' }, { confirm: true }],
  'one for a player': [{ ...folder }, { media: true }],
  'a revoked one': [{ state: 'revoked' }, { receipt: true }],
  'an expired one': [{ expiresAt: secondsFromNoon(-1) }, {}],
}
const viewers = {
  'a browser': { Accept: 'text/html' },
  'a program': { Accept: '*/*' },
  'a program that accepts JSON': { Accept: 'application/json' },
  'a program that confirms': { 'Idempotency-Key': 'order 17' },
  'a robot': { 'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
  'a prefetch': { 'Sec-Purpose': 'prefetch' },
}

describe('the edge responds as the document says', () => {
  test.each(Object.entries(links))('to a request for %s', async (_, [fields, flags]) => {
    const statuses = new Set<number>()
    for (const headers of Object.values(viewers)) {
      const edge = testEdge()
      const { nonce, link } = makeLink(fields, flags)
      await edge.store.links.put(link, link.homeRegion)
      for (const method of ['HEAD', 'OPTIONS', 'POST', 'GET', 'GET']) {
        const response = responseOf(await edge.open(viewerRequest({ uri: `/d/${nonce}`, method, headers })))
        expect(answerFault(operationAt(method, '/d/{nonce}')!, response), `${method} ${JSON.stringify(headers)}`).toBe(
          undefined,
        )
        statuses.add(response.status)
      }
    }
    expect(statuses.size).toBeGreaterThanOrEqual(3)
  })

  test('to a request without a link', async () => {
    for (const nonce of ['x', Buffer.alloc(32, 0x10).toString('base64url')]) {
      const response = responseOf(await testEdge().open(viewerRequest({ uri: `/d/${nonce}` })))
      expect(response.status).toBe(404)
      expect(answerFault(operationAt('GET', '/d/{nonce}')!, response)).toBeUndefined()
    }
  })
})
