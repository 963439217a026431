import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createExchangeHandler } from '../../../api/exchange-handler.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { brokenCopy, type Patch, removeCopy } from '../../broken/copy.ts'
import { type CreateExchange, testExchange } from '../../support/exchange.ts'
import { makeLink } from '../../support/links.ts'
import { issued, promises, resultOf, withKey } from './exchange-promises.ts'

const cases = Object.entries(promises)

describe('an exchange', () => {
  test.each(cases)('%s', async (_, check) => check(createExchangeHandler))
})

const exchange = (find: string, replace = ''): Patch => ({ file: 'api/exchange.ts', find, replace })
const end = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/receipt.ts', find, replace })

/** Sentences of the promises that more than one removal breaks. */
const repeats = 'with a receipt a repeat by byId same caller gets byId same URL, and no other caller gets one'
const isSameEverywhere = 'a repeat at byId api of another Region is byId same; for another bucket it is none'
const boundAlone = 'a link bound to a network is not tried without an IPv4 address, any other is exchanged'

/** One guard less each, and a promise that it breaks. */
const broken: readonly (readonly [name: string, promise: string, patches: readonly Patch[]])[] = [
  [
    'that takes the link before it has credentials',
    'without credentials no link is used',
    [
      exchange('const presign = await ports.presigner.ready()'),
      exchange('const url = await presign(link,', 'const url = await (await ports.presigner.ready())(link,'),
    ],
  ],
  [
    'that hands out what it did not get',
    'a nonce gets a URL once, and 403 from then on',
    [exchange("if (consumed.kind === 'refused') return refusedAs(consumed.reason, id)")],
  ],
  [
    'that signs a repeat from now on',
    repeats,
    [
      exchange(
        '{ from: plusSeconds(end, -link.urlSeconds), until: end }',
        '{ from: now, until: plusSeconds(now, 30) }',
      ),
      exchange('const { link } = consumed', 'const { link } = consumed; const now = Math.floor(clock.now() / 1000)'),
    ],
  ],
  [
    'that does not look at the clock again',
    'nothing is handed out when the link, or the first URL, has expired by the time the store answers',
    [end("if (hasPassed(link.expiresAt, now)) return 'expired'")],
  ],
  ['that repeats for ever', repeats, [end('end === undefined || hasPassed(end, now)', 'end === undefined')]],
  [
    'that asks any Region',
    'in mode home the link is taken in its home and nowhere else',
    [exchange('context.route(homeRegion)', "['us-east-1'] as const")],
  ],
  [
    'that asks Regions it can not reach',
    'in a private network a link that lives in another Region is left alone',
    [exchange('!regions.every(region => deployment.homeRegions.includes(region))', 'false')],
  ],
  ['that tries bound links from nowhere', boundAlone, [exchange('flags.bound && viewer === undefined', 'false')]],
  [
    'that wants an address for every link',
    boundAlone,
    [exchange('flags.bound && viewer === undefined', 'viewer === undefined')],
  ],
  [
    'that keeps no receipts',
    'the receipt says when and from where',
    [exchange('flags.receipt ? receiptFor', 'false ? receiptFor')],
  ],
  [
    'that calls itself an edge',
    'what was exchanged opens at no edge, and what was opened is not exchanged, with the same key either',
    [
      exchange('origin: `s3://${ports.presigner.bucket}`', "origin: 'https://files.example.com'"),
      exchange('id: `${identity} ${idempotencyKey.key}`', 'id: idempotencyKey.key'),
    ],
  ],
  ['that forgets which bucket', isSameEverywhere, [exchange('`s3://${ports.presigner.bucket}`', "'s3:'")]],
  [
    'that knows its own repeats alone',
    isSameEverywhere,
    [exchange('`s3://${ports.presigner.bucket}`', '`s3://${ports.presigner.bucket}/${region}`')],
  ],
  ['whose callers share keys', repeats, [exchange('`${identity} ${idempotencyKey.key}`', 'idempotencyKey.key')]],
  [
    'that takes a bad key for none',
    'a key that can not be used is refused, and the link is not used',
    [exchange("if ('invalid' in caller.idempotencyKey) return refusedAs('idempotency-key-invalid')")],
  ],
  [
    'that takes callers without a key for one another',
    'without an Idempotency-Key a caller is not known when it comes again',
    [exchange('return freshClient(random)', "return { kind: 'fresh', id: 'nobody' }")],
  ],
  [
    'that tells more than it should',
    'uniform refusals say the same about every nonce, and the log still says which it was',
    [exchange('refuseNonce(reason, deployment.uniformRefusals, linkId)', 'refuseNonce(reason, false, linkId)')],
  ],
]

describe('broken on purpose, the promises catch an exchange', () => {
  test.each(broken)('%s: %s', async (name, promise, patches) => {
    const kept = await keptBy(name, patches)
    expect(kept).not.toContain(promise)
    // One that does not even run would prove nothing.
    expect(kept.length).toBeGreaterThan(cases.length / 2)
  })

  test('but not a copy that is whole', async () => {
    expect(await keptBy('whole', [])).toEqual(cases.map(([sentence]) => sentence))
  })
})

/** The promises that a copy keeps, though it is broken in this way. */
async function keptBy(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const file = pathToFileURL(join(root, 'api/exchange-handler.ts')).href
  const { createExchangeHandler: create } = (await import(file)) as { createExchangeHandler: CreateExchange }
  const results = await Promise.allSettled(cases.map(([, check]) => check(create)))
  return cases.map(([sentence]) => sentence).filter((_, index) => results[index]?.status === 'fulfilled')
}

describe('a request for an exchange', () => {
  test.each([
    [{ body: 'not json' }, 400, 'invalid-json'],
    [{ body: '[]' }, 400, 'invalid-fields'],
    [{ body: {} }, 400, 'invalid-fields'],
    [{ body: { nonce: 7 } }, 400, 'invalid-fields'],
    [{ body: { nonce: 'x', url: 'https://files.example.com/d/x' } }, 400, 'invalid-fields'],
    [{ body: { nonce: 'x'.repeat(20_000) } }, 413, 'body-too-large'],
    [{ headers: { 'Content-Type': 'text/plain' } }, 415, 'not-json'],
    [{ method: 'GET' }, 405, 'method-not-allowed'],
    [{ path: '/exchange/x' }, 404, 'no-such-route'],
  ])('%j is refused before anything is looked at: %d %s', async (exchanging, status, reason) => {
    const { exchange, nonce, calls, stored, link } = await issued({}, {})
    const answer = await exchange(nonce, exchanging)
    expect(answer).toMatchObject({ status, body: { reason } })
    expect(answer.headers).toMatchObject({ ...securityHeaders, 'content-type': 'application/problem+json' })
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
  })

  test('that has wrong fields names them, and says where a link has its nonce', async () => {
    const { body } = await testExchange().exchange('', { body: { link: 'x' } })
    expect(body.errors).toEqual([
      { field: 'nonce', got: 'nothing', allowed: 'the 43 characters behind /d/ in a link' },
      { field: '(another)', got: 'a field that is not known', allowed: 'only the documented fields' },
    ])
  })

  test('of another kind says what there is', async () => {
    const { exchange } = testExchange()
    expect((await exchange('', { method: 'GET' })).headers['allow']).toBe('POST')
    expect((await exchange('', { path: '/' })).body['detail']).toContain('/exchange')
  })

  test('may have its body in base64', async () => {
    const { answer, nonce } = await issued({}, {})
    const body = Buffer.from(JSON.stringify({ nonce })).toString('base64')
    expect((await answer({ ...testInvoke(''), body, isBase64Encoded: true })).status).toBe(200)
  })
})

const testInvokeText = readFileSync(new URL('../../vectors/test-invoke-event.json', import.meta.url), 'utf8')

/** What the function gets from `aws apigateway test-invoke-method` with a nonce in the body and no headers. */
function testInvoke(nonce: string): APIGatewayProxyEvent {
  return { ...(JSON.parse(testInvokeText) as APIGatewayProxyEvent), body: JSON.stringify({ nonce }) }
}

describe('aws apigateway test-invoke-method', () => {
  test('gets 200 first and 403 after', async () => {
    for (const fields of [{}, { state: 'live' }] as const) {
      const { answer, nonce } = await issued(fields, {})
      expect((await answer(testInvoke(nonce))).status).toBe(200)
      expect(await answer(testInvoke(nonce))).toMatchObject({ status: 403, body: { reason: 'spent' } })
    }
  })

  test('may bring headers, and repeat by its key', async () => {
    const { answer, nonce, stored } = await issued({ state: 'live' }, {})
    const { headers } = withKey('k')
    const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    const event = { ...testInvoke(nonce), headers, multiValueHeaders }
    const first = await answer(event)
    expect(first.status).toBe(200)
    expect(await answer(event)).toEqual(first)
    expect((await stored())?.receipt).toMatchObject({ viewer: 'unknown' })
  })

  test('can not exchange a link that is bound to a network, and does not use it', async () => {
    const { answer, nonce, stored, link } = await issued({ network: parseNetwork('203.0.113.0/24')! }, {})
    expect(resultOf(await answer(testInvoke(nonce)))).toBe('address-unsupported')
    expect(await stored()).toEqual(link)
  })
})

test('there is one log line a request: outcome, reason, link, status; never a nonce, URL, key or address', async () => {
  const { exchange, nonce, lines, link } = await issued({ state: 'live' }, {})
  const { body } = await exchange(nonce, withKey('order 17'))
  await exchange(nonce)
  await exchange(makeLink().nonce.slice(0, 42))
  await exchange(nonce, { body: '{' })
  expect(lines).toStrictEqual([
    { outcome: 'redeemed', status: 200, linkId: link.id, requestId: 'r-1', ms: 0 },
    { outcome: 'refused', status: 403, reason: 'spent', linkId: link.id, requestId: 'r-1', ms: 0 },
    { outcome: 'refused', status: 404, reason: 'malformed', requestId: 'r-1', ms: 0 },
    { outcome: 'refused', status: 400, reason: 'invalid-json', requestId: 'r-1', ms: 0 },
  ])
  const signature = new URL(String(body.url)).searchParams.get('X-Amz-Signature') ?? 'none'
  for (const secret of [nonce, signature, 'order 17', '203.0.113', 'report']) {
    expect(JSON.stringify(lines)).not.toContain(secret)
  }
})

test('what failed is named in the log by the error at its root, not by its message', async () => {
  const keyring = { current: () => Promise.reject(new Error('outer', { cause: new RangeError('secret') })) }
  const { exchange, lines } = testExchange({ ports: { keyring } })
  const answer = await exchange(makeLink().nonce)
  expect(answer).toMatchObject({ status: 503, body: { reason: 'failed' }, headers: { 'retry-after': '5' } })
  expect(lines).toMatchObject([{ outcome: 'refused', status: 503, reason: 'failed', error: 'RangeError' }])
})
