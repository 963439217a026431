import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createExchangeHandler } from '../../../api/exchange/handler.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { type CreateExchange, testExchange } from '../../support/api/exchange.ts'
import { makeLink } from '../../support/table/links.ts'
import { issued, promises, resultOf, withKey } from './exchange-promises.ts'

const cases = Object.entries(promises)

describe('an exchange', () => {
  test.each(cases)('%s', async (_, check) => check(createExchangeHandler))
})

const exchange = (find: string, replace = ''): Patch => ({ file: 'api/exchange/exchange.ts', find, replace })
const order = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/redeem.ts', find, replace })
const receipt = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/receipt.ts', find, replace })

/** Titles of the promises that more than one removal breaks. */
const repeats = 'with a receipt, a repeat by the same caller gets the same URL, and no other caller gets one'
const isSameEverywhere = 'a repeat in another Region gets the same URL; for another bucket it is refused'
const foreign =
  'to an issuer, a link of another one that is refused before the write differs in no byte from a forged one'
const boundOnly = 'without an address, a link bound to a network is refused, and any other is exchanged'

/** Copies that lack one guard each, and a promise that each of them breaks. */
const broken: readonly (readonly [name: string, promise: string, patches: readonly Patch[]])[] = [
  [
    'that consumes the link before it has credentials',
    'without credentials no link is used',
    [
      exchange('const presign = await ports.presigner.ready()'),
      exchange('const url = await presign(link,', 'const url = await (await ports.presigner.ready())(link,'),
    ],
  ],
  [
    'that signs a URL though the link was refused',
    'a nonce gets a URL once, and 403 from then on',
    [order("if (consumed.kind === 'refused') return { ...consumed, ...known }")],
  ],
  [
    'that signs a repeat for a new period',
    repeats,
    [
      exchange(
        '{ from: plusSeconds(end, -link.urlSeconds), until: end }',
        '{ from: now, until: plusSeconds(now, 30) }',
      ),
      exchange(
        'sign: (link, end) => async () => {',
        'sign: (link, end) => async () => { const now = Math.floor(ports.clock.now() / 1000)',
      ),
    ],
  ],
  [
    'that signs a URL for the latest version',
    'the URL names the version that the link is for; without one it names none',
    [exchange('await presign(link,', 'await presign({ ...link, versionId: undefined },')],
  ],
  [
    'that does not check the clock again',
    'if the link or the first URL has expired when the store responds, no URL is returned',
    [receipt("if (hasPassed(link.expiresAt, now)) return 'expired'")],
  ],
  ['that repeats without end', repeats, [receipt('end === undefined || hasPassed(end, now)', 'end === undefined')]],
  [
    'that consumes in any Region',
    'in mode home, a link is consumed in its home Region only',
    [order('regions: route(homeRegion)', "regions: ['us-east-1'] as const")],
  ],
  [
    'that consumes in Regions that it can not reach',
    'in a private network, a link of another Region is refused as unsupported and not used',
    [exchange('!regions.every(region => homeRegions.includes(region))', 'false')],
  ],
  [
    'that consumes bound links without an address',
    boundOnly,
    [exchange('flags.bound && viewer === undefined', 'false')],
  ],
  [
    'that requires an address for every link',
    boundOnly,
    [exchange('flags.bound && viewer === undefined', 'viewer === undefined')],
  ],
  [
    'that keeps no receipts',
    'the receipt shows when and from where the link was used',
    [exchange('flags.receipt ? receiptFor', 'false ? receiptFor')],
  ],
  [
    'whose clients have the ids of an edge',
    'with the same key, an exchanged link does not open at an edge, and an opened link is not exchanged',
    [
      exchange('origin: `s3://${ports.presigner.bucket}`', "origin: 'https://files.example.com'"),
      exchange('id: `${identity} ${idempotencyKey.key}`', 'id: idempotencyKey.key'),
    ],
  ],
  ['that ignores the bucket', isSameEverywhere, [exchange('`s3://${ports.presigner.bucket}`', "'s3:'")]],
  [
    'that recognizes repeats in its own Region only',
    isSameEverywhere,
    [exchange('`s3://${ports.presigner.bucket}`', '`s3://${ports.presigner.bucket}/${region}`')],
  ],
  [
    'whose callers share Idempotency-Keys',
    repeats,
    [exchange('`${identity} ${idempotencyKey.key}`', 'idempotencyKey.key')],
  ],
  [
    'that ignores an invalid key',
    'an invalid Idempotency-Key is refused, and the link is not used',
    [
      exchange(
        "if (caller.idempotencyKey.kind === 'invalid') return refuseNonce('idempotency-key-invalid', uniformRefusals)",
      ),
    ],
  ],
  [
    'that takes all callers without a key for one client',
    'without an Idempotency-Key, a repeat is refused',
    [exchange('return freshClient(random)', "return { kind: 'fresh', id: 'same' }")],
  ],
  [
    'that does not count a refused use',
    'with a receipt, the refused use of a used link is counted, except that of its own caller',
    [order('if (!outcome.sameClient) await', 'if (false) await')],
  ],
  [
    'that counts its own caller',
    'with a receipt, the refused use of a used link is counted, except that of its own caller',
    [order('if (!outcome.sameClient) await', 'await')],
  ],
  [
    'that says of links of others why they are refused',
    foreign,
    [exchange("copies.every(copy => scope.excludes(copy)) ? refuse('no-such-link') : refusal", 'copies && refusal')],
  ],
  [
    'that says of no link why it is refused',
    foreign,
    [exchange('copies.every(copy => scope.excludes(copy)) ?', 'copies ?')],
  ],
  [
    'that reveals the reason',
    'uniform refusals are the same for every nonce, and the log still has the reason',
    [exchange('refuseNonce(reason, uniformRefusals, linkId)', 'refuseNonce(reason, false, linkId)')],
  ],
]

describe('the promises notice an exchange', () => {
  test.each(broken)('%s: %s', async (name, promise, patches) => {
    expect(Object.keys(promises)).toContain(promise)
    const kept = await keptBy(name, patches)
    expect(kept).not.toContain(promise)
    // A copy that does not run at all would prove nothing.
    expect(kept.length).toBeGreaterThan(cases.length / 2)
  })

  test('and an unchanged copy keeps them all', async () => {
    expect(await keptBy('whole', [])).toEqual(cases.map(([sentence]) => sentence))
  })
})

/** Returns the promises that a copy with these patches keeps. */
async function keptBy(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const file = pathToFileURL(join(root, 'api/exchange/handler.ts')).href
  const { createExchangeHandler: create } = (await import(file)) as { createExchangeHandler: CreateExchange }
  const results = await Promise.allSettled(cases.map(([, check]) => check(create)))
  return cases.map(([sentence]) => sentence).filter((_, index) => results[index]?.status === 'fulfilled')
}

describe('a request for an exchange', () => {
  test.each([
    [{ body: { nonce: 'x', url: 'https://files.example.com/d/x' } }, 400, 'invalid-fields'],
    [{ method: 'GET' }, 405, 'method-not-allowed'],
    [{ path: '/exchange/x' }, 404, 'no-such-route'],
  ])('%j is refused before the store is called: %d %s', async (exchanging, status, reason) => {
    const { exchange, nonce, calls, stored, link } = await issued({}, {})
    const response = await exchange(nonce, exchanging)
    expect(response).toMatchObject({ status, body: { reason } })
    expect(response.headers).toMatchObject({ ...securityHeaders, 'content-type': 'application/problem+json' })
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
  })
})

const testInvokeText = readFileSync(new URL('../../vectors/test-invoke-event.json', import.meta.url), 'utf8')

/** Returns the event of `aws apigateway test-invoke-method` with a nonce in the body and no headers. */
function testInvoke(nonce: string): APIGatewayProxyEvent {
  return { ...(JSON.parse(testInvokeText) as APIGatewayProxyEvent), body: JSON.stringify({ nonce }) }
}

describe('aws apigateway test-invoke-method', () => {
  test('may have headers, and repeat with an Idempotency-Key', async () => {
    const { answer, nonce, stored } = await issued({ state: 'live' }, {})
    const { headers } = withKey('k')
    const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    const event = { ...testInvoke(nonce), headers, multiValueHeaders }
    const first = await answer(event)
    expect(first.status).toBe(200)
    expect(await answer(event)).toEqual(first)
    expect((await stored())?.receipt).toMatchObject({ viewer: 'unknown' })
  })

  test('is refused for a link that is bound to a network, which is not used', async () => {
    const { answer, nonce, stored, link } = await issued({ network: parseNetwork('203.0.113.0/24')! }, {})
    expect(resultOf(await answer(testInvoke(nonce)))).toBe('address-unsupported')
    expect(await stored()).toEqual(link)
  })
})

test('each request has one log line: outcome, reason, link, status; never a nonce, URL, key or address', async () => {
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

test('the log names the root error of a failure, without its message', async () => {
  const keyring = { current: () => Promise.reject(new Error('outer', { cause: new RangeError('secret') })) }
  const { exchange, lines } = testExchange({ ports: { keyring } })
  const response = await exchange(makeLink().nonce)
  expect(response).toMatchObject({ status: 503, body: { reason: 'failed' }, headers: { 'retry-after': '5' } })
  expect(lines).toMatchObject([{ outcome: 'refused', status: 503, reason: 'failed', error: 'RangeError' }])
})
