import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import type { Link } from '../../../shared/link.ts'
import type { NonceFlags } from '../../../shared/nonce.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { regions } from '../../../shared/regions.ts'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'
import { headersOf, shapes } from '../../corpus/corpus.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { makeLink } from '../../support/table/links.ts'
import { instantly, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'

type Requested = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const portal = 'https://portal.example.com'
const deployment = { gate: true, pageOrigins: ['https://intranet.example.com:8443', portal] }
const key = { 'Idempotency-Key': 'tab 1' }
const json = { Accept: 'application/json' }
const byFetch = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' }
const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'idempotency-key' }
const fromPage = { Origin: portal, ...byFetch }
const opening = { method: 'POST', headers: { ...fromPage, ...json, ...key } }

/** A link at an edge with the setting; `open` sends a request for it. */
async function issued(fields: Partial<Link> = {}) {
  const edge = testEdge({}, deployment)
  const { nonce, link } = makeLink(fields)
  await edge.store.links.put(link, link.homeRegion)
  const open = async (request: Requested) => {
    const response = await edge.open(viewerRequest({ uri: `/d/${nonce}`, ...request }))
    expect(responseFault(response)).toBeUndefined()
    return response
  }
  return { edge, open, stored: async () => edge.store.links.find(link.id, link.homeRegion) }
}

const reasonIn = ({ body = '{}' }: CloudFrontResultResponse) => (JSON.parse(body) as { reason?: string }).reason
const corsOf = ({ headers = {} }: CloudFrontResultResponse) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(access-control|vary)/.test(name))
      .map(([name, [entry]]) => [name, entry?.value]),
  )
const readable = {
  'access-control-allow-origin': portal,
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': 'idempotency-key, once-passphrase',
  'access-control-expose-headers': 'retry-after',
  vary: 'origin',
}

describe('a page of one’s own', () => {
  test('opens a link once, by POST for JSON, reads the answer, and gets the cookie of its file', async () => {
    const { open } = await issued({ bind: 'client-only', state: 'live' })
    const first = await open(opening)
    expect([first.status, corsOf(first)]).toEqual(['200', readable])
    expect(headerOf(first, 'set-cookie')).toMatch(
      /^__Secure-once-[\w-]{22}=[\w-]{22}; Path=\/\S+; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax$/,
    )
    expect((await open(opening)).status).toBe('200')
    const other = await open({ ...opening, headers: { ...opening.headers, 'Idempotency-Key': 'tab 2' } })
    expect([other.status, reasonIn(other), corsOf(other)]).toEqual(['403', 'spent', readable])
  })

  test.each<[string, Requested, string]>([
    ['GET', { headers: { ...fromPage, ...json } }, 'cross-origin'],
    ['GET with a key', { headers: { ...fromPage, ...json, ...key } }, 'cross-origin'],
    ['POST not for JSON', { method: 'POST', headers: { ...fromPage, ...key } }, 'cross-origin'],
    ['a form', { method: 'POST', headers: { ...fromPage, Accept: 'text/html' } }, 'cross-origin'],
    ['POST without a key', { method: 'POST', headers: { ...fromPage, ...json } }, 'unconfirmed'],
    [
      'a malformed key',
      { ...opening, headers: { ...opening.headers, 'Idempotency-Key': '' } },
      'idempotency-key-invalid',
    ],
    ['another method', { ...opening, method: 'PUT' }, 'method-not-allowed'],
  ])('learns why %s does not use a link', async (_, request, reason) => {
    const { open, stored } = await issued()
    const response = await open(request)
    const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
    expect([isPage === true ? reason : reasonIn(response), corsOf(response)]).toEqual([reason, readable])
    expect(await stored()).toBeDefined()
  })

  test('reads that the link is unknown, or that the table does not respond', async () => {
    const edge = testEdge({ keyring: { current: async () => Promise.reject(new Error('none')) } }, deployment)
    const [unknown, failed] = ['/d/x', `/d/${makeLink().nonce}`].map(uri =>
      edge.open(viewerRequest({ uri, ...opening })),
    )
    expect([(await unknown)?.status, (await failed)?.status]).toEqual(['404', '503'])
    for (const response of [await unknown, await failed]) expect(corsOf(response!)).toEqual(readable)
  })

  test('uses no link if what its response needs can’t be loaded', async () => {
    vi.doMock('../../../edge/redeem/page-cors.ts', () => {
      throw new Error('missing')
    })
    onTestFinished(() => vi.doUnmock('../../../edge/redeem/page-cors.ts'))
    vi.resetModules()
    const { testEdge: freshEdge } = await import('../../support/edge/edge.ts')
    const edge = freshEdge({}, deployment)
    const { nonce, link } = makeLink()
    await edge.store.links.put(link, link.homeRegion)
    const response = await edge.open(viewerRequest({ uri: `/d/${nonce}`, ...opening }))
    expect([response.status, reasonIn(response), edge.calls()]).toEqual(['503', 'failed', 0])
  })

  test('asks by a preflight, which calls no store', async () => {
    const { open, edge } = await issued({ state: 'live' })
    for (const Origin of [portal, 'https://evil.example']) {
      const response = await open({ method: 'OPTIONS', headers: { Origin, ...preflight } })
      expect([response.status, corsOf(response)]).toEqual(['204', Origin === portal ? readable : {}])
    }
    expect(edge.calls()).toBe(0)
    await open({ method: 'OPTIONS' })
    expect(edge.calls()).toBe(1)
  })
})

describe('a page of another origin', () => {
  test.each<[string, string | readonly string[]]>([
    ['of the same site', 'https://other.example.com'],
    ['with another scheme', 'http://portal.example.com'],
    ['with another port', 'https://portal.example.com:8443'],
    ['in upper case', 'https://PORTAL.example.com'],
    ['with a path', `${portal}/`],
    ['beside ours', [portal, 'https://evil.example']],
    ['twice ours', [portal, portal]],
    ['in a frame without an origin', 'null'],
  ])('%s reads nothing and uses no link', async (_, Origin) => {
    const { open, stored } = await issued()
    const response = await open({ ...opening, headers: { ...opening.headers, Origin } })
    expect([response.status, reasonIn(response), corsOf(response)]).toEqual(['403', 'cross-origin', {}])
    expect(await stored()).toBeDefined()
  })
})

/** Sends one request for a new link to an edge. Returns the response, without what is drawn, and what the table was sent. */
async function seen(request: Requested, pageOrigins: string[] | undefined, flags: Partial<NonceFlags>) {
  const simulated = instantly(simulatedDynamoDB(regions, 'eventual', { now: () => 0, publish: () => undefined }))
  const sent: string[] = []
  const dynamodb = operationsOf(simulated)
  const recorded: DynamoDB = {
    send: (...call) => (sent.push(JSON.stringify(call.slice(0, 2))), dynamodb.send(...call)),
  }
  const random = (length: number) => new Uint8Array(length).fill(7)
  const { nonce, link } = sameLink(flags)
  await dynamodbLinks('links', simulated).put(link, link.homeRegion)
  const edge = testEdge(
    { random, table: dynamodbLinkTable('links', recorded) },
    { gate: true, ...(pageOrigins && { pageOrigins }) },
  )
  const response = JSON.stringify(await edge.open(viewerRequest({ uri: `/d/${nonce}`, ...request })))
  return { response: response.replaceAll(/Signature=[\w~-]+/g, ''), sent }
}

const made = new Map<string, ReturnType<typeof makeLink>>()
function sameLink({ receipt = false, confirm = false }: Partial<NonceFlags>) {
  const name = `${receipt} ${confirm}`
  const link =
    made.get(name) ?? makeLink({ ...(receipt && { state: 'live' }), ...(confirm && { confirm: 'required' }) })
  made.set(name, link)
  return link
}

test('a request without an Origin gets the same bytes with the setting, and the table is sent the same', async () => {
  const ofCorpus = shapes.flatMap(({ steps }) =>
    steps.map(step => ({ method: step.method.toUpperCase(), headers: headersOf(step) })),
  )
  const own: Requested[] = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT'].flatMap(method =>
    [{}, json, { Accept: 'text/html' }].flatMap(accept => [
      { method, headers: accept },
      { method, headers: { ...accept, ...key } },
    ]),
  )
  const requests = [...ofCorpus, ...own].filter(({ headers = {} }) => !('Origin' in headers))
  let calls = 0
  for (const flags of [{}, { receipt: true }, { receipt: true, confirm: true }]) {
    for (const request of requests) {
      const off = await seen(request, undefined, flags)
      expect(await seen(request, deployment.pageOrigins, flags)).toEqual(off)
      calls += off.sent.length
    }
  }
  expect(requests.length).toBeGreaterThanOrEqual(100)
  expect(calls).toBeGreaterThanOrEqual(100)
})

test('for a page, the table is sent what it is sent for a program with the same key', async () => {
  const program = await seen({ method: 'POST', headers: { ...json, ...key } }, undefined, { receipt: true })
  const page = await seen(opening, deployment.pageOrigins, { receipt: true })
  expect(page.sent).toEqual(program.sent)
  expect(page.sent).toHaveLength(1)
})
