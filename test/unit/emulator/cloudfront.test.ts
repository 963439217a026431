import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { describe, expect, test, vi } from 'vitest'
import { signCapability } from '../../../edge/redeem/capability.ts'
import { type CachePolicy, contentCache, timeToLive } from '../../../emulator/cloudfront/cache-policy.ts'
import type { GateOrder } from '../../../emulator/cloudfront/content.ts'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import { createGate } from '../../../emulator/cloudfront/gate.ts'
import { checkSignedContent } from '../../../emulator/cloudfront/signed-request.ts'
import { parseAddress } from '../../../shared/address.ts'
import { type ObjectKey, parseObjectKey, resourcePath } from '../../../shared/object-key.ts'
import { plusMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { ask } from '../../support/machine/http.ts'
import { testKeyGroup, testKeys } from '../../support/keys/keys.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'
import { serveHere } from '../../support/machine/serve.ts'

// Rules of CloudFront, as AWS's pages have them, on which deployments and the product's other tests depend.

const example = 'https://www.example.com'
const end = secondsFromNoon(3600)
const { keyPairId, privateKey } = testKeys.signing
const secret = { keyPairId, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }

/** Returns a custom policy for a URL until `end`. */
function policyFor(resource: string, statements = 1): string {
  const statement = { Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': end } } }
  return JSON.stringify({ Statement: Array.from({ length: statements }, () => statement) })
}

/** Signs a URL as the official signer does, by SHA-1 if not by another hash. */
const signed = (url: string, policy = policyFor('*'), algorithm?: 'SHA256') =>
  getSignedUrl({ url, policy, ...secret, ...(algorithm && { algorithm }) })

/** What becomes of a request: `granted`, or the code of the 403. */
function verdictOn(url: string, { at = noon, cookies = '' } = {}): string {
  const request = { url, cookies, address: '203.0.113.7', now: at }
  const check = checkSignedContent(request, testKeyGroup)
  return check.kind === 'granted' ? 'granted' : check.code
}

// From AWS's pages "Create a signed URL using a custom policy" and "Choose between signed URLs and signed cookies".
describe('a signature', () => {
  test('of the edge is refused if any bit of its URL is flipped', () => {
    const viewer = { viewer: parseAddress('203.0.113.7')!, isFirst: true, ipv6: false, secret: undefined }
    for (const fields of [{}, { filename: 'Résumé.pdf' }]) {
      const { url } = signCapability(makeLink(fields).link, testKeys.signing, {
        ...viewer,
        origin: example,
        expiresAt: end,
      })
      expect(verdictOn(url)).toBe('granted')
      const bytes = Buffer.from(url)
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(verdictOn(flipped.toString('latin1')), flipped.toString('latin1')).not.toBe('granted')
      }
    }
  })

  test.each([
    [`${example}/a/b.pdf?x=1`, 'granted'],
    [`${example}/a/b.pdf`, 'AccessDenied'],
    [`${example}/a/*`, 'granted'],
    [`${example}/a/b*f`, 'AccessDenied'],
    ['https://*/a/b.pdf?x=1', 'granted'],
    ['https://other.example.com/*', 'AccessDenied'],
    ['http://www.example.com/*', 'AccessDenied'],
  ])('for %s is %s', (resource, verdict) => {
    const url = `${example}/a/b.pdf?x=1`
    expect(verdictOn(signed(url, policyFor(resource)))).toBe(verdict)
  })

  test('has one statement, and ends before the second that it names', () => {
    const url = signed(`${example}/a`)
    expect([3599, 3600].map(later => verdictOn(url, { at: plusMs(noon, later * 1000) }))).toEqual([
      'granted',
      'AccessDenied',
    ])
    expect(verdictOn(signed(`${example}/a`, policyFor('*', 2)))).toBe('MalformedPolicy')
  })

  test('is by SHA-1 unless the URL names SHA256', () => {
    const [plain, named] = [signed(`${example}/a`), signed(`${example}/a`, policyFor('*'), 'SHA256')]
    expect([plain, named].map(url => verdictOn(url))).toEqual(['granted', 'granted'])
    expect(verdictOn(named.replace('&Hash-Algorithm=SHA256', ''))).toBe('AccessDenied')
    expect(verdictOn(`${plain}&Hash-Algorithm=SHA512`)).toBe('AccessDenied')
  })

  test('in cookies is not looked at if the URL has one', () => {
    const values = Object.entries(getSignedCookies({ policy: policyFor('*'), ...secret }))
    const cookies = values.map(pair => pair.join('=')).join('; ')
    expect(verdictOn(`${example}/a`, { cookies })).toBe('granted')
    expect(verdictOn(`${example}/a?Policy=x`, { cookies })).toBe('MissingKey')
  })
})

/** What an edge has. */
interface SiteOptions {
  /** Body of `handler(event)` of the function on viewer requests for content. */
  readonly gate?: string
  readonly gateOrder?: GateOrder
  readonly cache?: Partial<CachePolicy>
  /** Status and headers of the origin's responses. */
  readonly object?: () => { status?: number; headers?: Record<string, string> }
  /** What the Lambda@Edge function of `/d/*` returns. */
  readonly generated?: unknown
  /** Requests that must have arrived before the origin responds to any. @default 1 */
  readonly together?: number
}

/** Starts an edge; `targets` are the requests that reached its origin, `events` those of its function. */
async function site({ gate, gateOrder, cache, object = () => ({}), generated, together = 1 }: SiteOptions = {}) {
  const clock = manualClock()
  const targets: string[] = []
  const events: CloudFrontRequestEvent[] = []
  const all = Promise.withResolvers<void>()
  let arrived = 0
  const viewers = serveViewers({
    keyGroup: testKeyGroup,
    cache: { ...contentCache(0), ...cache },
    gateOrder,
    gate: gate === undefined ? undefined : createGate(`function handler(event){${gate}}`),
    now: clock.now,
    viewerRequest: async event => (events.push(event), generated ?? { status: '200' }),
    origin: async ({ target }) => {
      targets.push(target)
      await all.promise
      const { status = 200, headers } = object()
      return { status, headers: { 'content-length': '2', ...headers }, body: Readable.from([Buffer.from('ok')]) }
    },
  })
  const { origin } = await serveHere((request, response) => {
    viewers(request, response)
    arrived += 1
    if (arrived === together) all.resolve()
  })
  /** Requests a target with a signature. Returns when its response may be in the cache. */
  async function get(target: string, options: Parameters<typeof ask>[1] = {}) {
    const answer = await ask(signed(origin + target, policyFor('*')), options)
    await new Promise(setImmediate)
    return answer
  }
  return { origin, clock, targets, events, get }
}

describe.each(['before-signature', 'after-signature'] as const)('with the gate %s, an edge', gateOrder => {
  const refuses = "return {statusCode:403,headers:{'x-once':{value:'gate'}},body:'not you'}"

  test('gives content if signature and gate let the request pass', async () => {
    const { get } = await site({ gateOrder, gate: 'return event.request' })
    expect(await get('/f')).toMatchObject({ status: 200, body: 'ok' })
  })

  test('asks no origin if the gate refuses, fails, or changes the request', async () => {
    for (const [gate, status] of [
      [refuses, 403],
      ['throw new TypeError("x")', 503],
      ['event.request.uri="/b";return event.request', 502],
    ] as const) {
      const { get, targets } = await site({ gateOrder, gate })
      expect((await get('/f')).status, gate).toBe(status)
      expect(targets).toEqual([])
    }
  })

  test('asks no origin if the signature is wrong, also if the gate lets the request pass', async () => {
    const { origin, targets } = await site({ gateOrder, gate: 'return event.request' })
    const response = await ask(signed(`${origin}/f`, policyFor(`${origin}/f`)).replace('/f?', '/g?'))
    expect(response).toMatchObject({ status: 403, headers: { 'x-once': 'page' } })
    expect(targets).toEqual([])
  })

  test('shows neither its cache nor S3 what a URL is bound to', async () => {
    const { get, targets } = await site({ gateOrder, gate: 'return event.request', cache: contentCache(60) })
    const from = async (query: string) => (await get(`/f?${query}`)).headers['x-cache']
    await vi.waitFor(async () => expect(await from('versionId=v&l=aaaa&a=4cb007107&c=c')).toBe('Hit from cloudfront'))
    expect(await from('versionId=v&l=bbbb&a=4cb007108')).toBe('Hit from cloudfront')
    expect(await from('versionId=w&l=aaaa&a=4cb007107&c=c')).toBe('Miss from cloudfront')
    expect(new Set(targets)).toEqual(new Set(['/f?versionId=v', '/f?versionId=w']))
  })

  test('runs it for content only', async () => {
    const { origin, events } = await site({ gateOrder, gate: refuses })
    for (const path of ['/d/x', '/once-pages/403']) expect((await ask(origin + path)).body).not.toBe('not you')
    expect(events).toHaveLength(1)
  })
})

// From AWS's pages "Restrictions on all edge functions", "Generate HTTP responses in request triggers" and "CloudFront Functions event structure".
describe('a function', () => {
  test.each(['d', 'D/x', 'dd/x', 'e/d/x', 'd.x', 'd/x', 'd/x/y'])(
    'of links runs for /d/* only, so a link may name the key %s if it is not under d/',
    async key => {
      const { origin, events } = await site()
      await ask(origin + resourcePath({ key: key as ObjectKey }))
      expect(parseObjectKey(key) === undefined).toBe(events.length === 1)
      expect(events).toHaveLength(key.startsWith('d/') ? 1 : 0)
    },
  )

  test('of links is found by a path without dots and double slashes', async () => {
    const { get, events } = await site()
    await get('/a/..//d//x')
    await get('/d/../a')
    expect(events).toHaveLength(1)
  })

  test('sees no hop-by-hop headers, and the path as it was sent', async () => {
    const { origin, events } = await site()
    await ask(`${origin}/d/%41?x=%20`, { headers: { 'Keep-Alive': 'x', 'X-Shown': 'x', Connection: 'close' } })
    const { request } = events[0]!.Records[0]!.cf
    expect(request).toMatchObject({ uri: '/d/%41', querystring: 'x=%20', clientIp: '127.0.0.1' })
    expect(Object.keys(request.headers)).toEqual(['x-shown', 'host'])
  })

  test('of content sees the first of several values of a header, and all of them', async () => {
    const gate = 'return {statusCode:200,body:JSON.stringify(event.request.headers.accept)}'
    const { origin } = await site({ gate, gateOrder: 'before-signature' })
    const { body } = await ask(`${origin}/f`, { headers: { Accept: ['text/html', 'text/plain'] } })
    const multiValue = [{ value: 'text/html' }, { value: 'text/plain' }]
    expect(JSON.parse(body)).toEqual({ value: 'text/html', multiValue })
  })

  const header = (name: string) => ({ headers: { [name.toLowerCase()]: [{ key: name, value: 'x' }] } })

  test.each<[string, number, object]>([
    ['40 KB', 200, { body: 'x'.repeat(40_960) }],
    ['more than 40 KB', 502, { body: 'x'.repeat(40_961) }],
    ['a header of its own', 200, header('X-Own')],
    ['a header in capitals', 502, { headers: { Location: [{ value: 'x' }] } }],
    ['X-Real-IP', 502, header('X-Real-IP')],
    ['Via', 502, header('Via')],
    ['a line break in a header', 502, { headers: { location: [{ value: '/a\r\nset-cookie: b' }] } }],
  ])('of links that responds with %s: %i', async (_, status, response) => {
    const { origin } = await site({ generated: { status: '200', ...response } })
    expect((await ask(`${origin}/d/x`)).status).toBe(status)
  })
})

// From AWS's pages "Manage how long content stays in the cache" and "Request and response behavior for Amazon S3 origins".
describe('content', () => {
  test('with the status 403 is not cached', () => {
    const seconds = (status: number) => timeToLive({ status, headers: {} }, { ...contentCache(60), errorTtl: 10 })
    expect([403, 404].map(seconds)).toEqual([0, 10])
  })

  test('that has expired is served for the maximum TTL while the origin fails', async () => {
    let status = 200
    const { get, clock } = await site({ cache: contentCache(60), object: () => ({ status }) })
    const statuses = [(await get('/f')).status]
    status = 503
    for (const seconds of [61, 58, 2]) {
      clock.advance(seconds * 1000)
      statuses.push((await get('/f')).status)
    }
    expect(statuses).toEqual([200, 200, 200, 503])
  })

  test('that is requested several times at the same moment is one response, unless the version differs', async () => {
    const { get, targets } = await site({ together: 3 })
    await Promise.all(['/f?versionId=v', '/f?versionId=v&x=1', '/f?versionId=w'].map(target => get(target)))
    expect(targets.toSorted()).toEqual(['/f?versionId=v', '/f?versionId=w'])
  })

  test('is not given to a GET with a body, nor to a URL that is no path', async () => {
    const { get, origin, targets } = await site()
    expect((await get('/f', { body: 'x', headers: { 'Content-Length': '1' } })).status).toBe(403)
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET http://x/f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
    expect(targets).toEqual([])
  })

  test('has no request id of S3', async () => {
    const headers = { 'x-amz-id-2': 'a', 'x-amz-request-id': 'b', 'set-cookie': 'c=d', 'content-type': 'text/plain' }
    const answer = await (await site({ object: () => ({ headers }) })).get('/f')
    expect(Object.keys(headers).filter(name => name in answer.headers)).toEqual(['content-type'])
  })
})
