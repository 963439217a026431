import { describe, expect, test } from 'vitest'
import type { Ports } from '../../../api/ports.ts'
import { exampleErrors, exampleId, exampleUsed, exampleView } from '../../../openapi/examples.ts'
import type { Link } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api.ts'
import {
  answerFault,
  apiOperations,
  type DocumentedOperation,
  methodsOf,
  operationAt,
} from '../../support/documented.ts'
import { type ExchangeParts, type Exchanging, testExchange } from '../../support/exchange.ts'
import { testKeys } from '../../support/keys.ts'
import { futureNonce, makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'
import { memoryStore } from '../../support/memory-store.ts'

const json = { 'content-type': 'application/json' }
const withKey = (key: string) => ({ ...json, 'idempotency-key': key })
const away = async () => {
  throw new Error('away')
}

/** The links that the examples show. */
function exampleLink(fields: Partial<Link> = {}): Link {
  const { link } = makeLink({
    id: exampleId as Link['id'],
    key: exampleView.key as ObjectKey,
    expiresAt: secondsFromNoon(86_400),
    filename: 'Report November.pdf',
    reference: 'case 17',
    confirm: 'required',
    state: 'live',
    unredeemed: { unconfirmed: 2, automated: 1, probed: 0, lastAt: secondsFromNoon(3) },
    ...fields,
  })
  return link
}

const receipt = {
  ...makeDraft({ userAgent: 'Firefox' }),
  redeemedAt: secondsFromNoon(5),
  urlExpiresAt: secondsFromNoon(35),
}

type Send = (api: TestApi, request?: Parameters<TestApi['call']>[2]) => Promise<ApiAnswer>

/** One right request for each operation; `request` replaces what is different. */
const send: Readonly<Record<string, Send>> = {
  issueLink: (api, request = { body: { key: 'k' } }) => api.call('POST', '/links', request),
  issueLinks: (api, request = { body: { links: [{ key: 'k' }] } }) => api.call('POST', '/links/batch', request),
  listLinks: (api, request) => api.call('GET', '/links', request),
  showLink: (api, request) => api.call('GET', `/links/${exampleId}`, request),
  revokeLink: (api, request) => api.call('DELETE', `/links/${exampleId}`, request),
}

/** A body that asks for one link, in a batch where that is what is sent. */
const bodyFor = (id: string, key: string) => (id === 'issueLinks' ? { links: [{ key }] } : { key })

/** How each refusal comes about. */
const refusals: Readonly<Record<string, (ask: Send, id: string) => Promise<ApiAnswer>>> = {
  async 'too-many-requests'(ask) {
    const api = testApi({}, { callerQuota: 100 })
    await api.call('POST', '/links/batch', { body: { links: Array.from({ length: 100 }, () => ({})) } })
    return ask(api)
  },
  'not-json': ask => ask(testApi(), { headers: { 'content-type': 'text/plain' }, body: '{}' }),
  'body-too-large': ask => ask(testApi(), { body: `"${'x'.repeat(600_000)}"` }),
  'invalid-json': ask => ask(testApi(), { headers: json, body: '{' }),
  'invalid-fields': (ask, id) =>
    id === 'listLinks'
      ? testApi().call('GET', '/links?limit=0')
      : ask(testApi(), { body: id === 'issueLink' ? { key: 'a*b', urlSeconds: 1 } : { links: [] } }),
  async 'idempotency-key-reused'(ask, id) {
    const api = testApi()
    await ask(api, { headers: withKey('k'), body: bodyFor(id, 'one') })
    return ask(api, { headers: withKey('k'), body: bodyFor(id, 'other') })
  },
  async 'idempotency-key-in-use'(ask) {
    const api = testApi({ links: { ...memoryStore().links, put: away } })
    await ask(api, { headers: withKey('k'), body: { key: 'one' } })
    return ask(api, { headers: withKey('k'), body: { key: 'one' } })
  },
  async 'idempotency-key-retired'(ask) {
    const answers = memoryIdempotencyStore()
    const { mac } = testKeys
    const bySlot = new Map([...mac.bySlot].map(([slot, key]) => [slot + 7, key]))
    const later = { ...testKeys, mac: { current: mac.current + 7, bySlot } }
    await ask(testApi({ answers }), { headers: withKey('k'), body: { key: 'one' } })
    return ask(testApi({ answers, keyring: { current: async () => later } }), {
      headers: withKey('k'),
      body: { key: 'one' },
    })
  },
  'no-such-link': ask => ask(testApi()),
  async 'already-used'(ask) {
    const api = testApi()
    await api.store.links.put(exampleLink({ state: 'used', receipt }), 'us-east-1')
    return ask(api)
  },
  unavailable(ask) {
    const { links } = memoryStore()
    const ports: Partial<Ports> = { links: { ...links, find: away }, keyring: { current: away } }
    return ask(testApi(ports))
  },
}

/** What an exchange of one link comes to. */
async function exchanged(fields: Partial<Link>, exchanging: Exchanging = {}, parts: ExchangeParts = {}) {
  const api = testExchange(parts)
  const { nonce, link } = makeLink(fields)
  await api.store.links.put(link, 'us-east-1')
  return api.exchange(nonce, exchanging)
}

/** How each refusal to exchange a nonce comes about. */
const denials: Readonly<Record<string, () => Promise<ApiAnswer>>> = {
  'not-json': () => exchanged({}, { headers: { 'content-type': 'text/plain' } }),
  'body-too-large': () => exchanged({}, { body: { nonce: 'x'.repeat(20_000) } }),
  'invalid-json': () => exchanged({}, { body: '{' }),
  'invalid-fields': () => exchanged({}, { body: { nonce: ['x'] } }),
  'idempotency-key-invalid': () => exchanged({}, { headers: withKey('') }),
  malformed: () => testExchange().exchange('x'),
  forged: () => testExchange().exchange(Buffer.alloc(32, 0x10).toString('base64url')),
  unsupported: () => testExchange().exchange(futureNonce({ flags: 0x10 })),
  expired: () => exchanged({ expiresAt: secondsFromNoon(0) }),
  'address-unsupported': () => exchanged({ network: '10.0.0.0/8' as NonNullable<Link['network']> }, { address: '::1' }),
  revoked: () => exchanged({ state: 'revoked' }),
  spent: () => testExchange().exchange(makeLink().nonce),
  'not-yet-valid': () => exchanged({ notBefore: secondsFromNoon(60) }),
  'wrong-network': () => exchanged({ network: '10.0.0.0/8' as NonNullable<Link['network']> }),
  'outcome-unknown': () => exchanged({}, {}, { ports: { table: lost({ kind: 'unknown-effect' }) } }),
  unavailable: () => exchanged({}, {}, { ports: { table: lost({ kind: 'no-effect' }) } }),
  failed: () => exchanged({}, {}, { ports: { keyring: { current: away } } }),
  'not-redeemable': () => exchanged({ state: 'revoked' }, {}, { deployment: { uniformRefusals: true } }),
}

type Table = NonNullable<NonNullable<ExchangeParts['ports']>['table']>

/** A table whose answers never come. */
function lost(answer: Awaited<ReturnType<Table['tryConsume']>>): Table {
  return { tryConsume: async () => answer, exists: async () => false, inspect: async () => undefined }
}

/** Every refusal that the document has for an operation, but for what API Gateway says by itself. */
function reasonsOf({ responses }: DocumentedOperation): readonly string[] {
  return Object.values(responses)
    .flatMap(({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}))
    .filter(reason => reason !== 'gateway')
}

const faultOf = (operation: DocumentedOperation, { status, headers, body }: ApiAnswer) =>
  answerFault(operation, { status, headers, body: headers['content-type'] === undefined ? undefined : body })

const cases = apiOperations().flatMap(each =>
  reasonsOf(each.operation).map(reason => [each.operation.operationId, reason, each.operation] as const),
)

describe('every refusal in the document comes from the real handler as it is documented', () => {
  test.each(cases)('%s: %s', async (id, reason, operation) => {
    const ask = send[id]
    const answer = ask === undefined ? await denials[reason]?.() : await refusals[reason]?.(ask, id)
    expect(answer?.body.reason).toBe(reason)
    expect(faultOf(operation, answer!)).toBeUndefined()
    const named = Object.keys(operation.responses[String(answer?.status)]?.headers ?? {}).map(name =>
      name.toLowerCase(),
    )
    const mayLack = reason === 'unavailable' || reason === 'idempotency-key-retired'
    if (!mayLack) expect(Object.keys(answer?.headers ?? {})).toEqual(expect.arrayContaining(named))
  })

  test('there are as many as the document has', () => {
    expect(cases.length).toBeGreaterThan(40)
  })
})

describe('every request in the document is answered as it is documented', () => {
  const examples = apiOperations().flatMap(({ operation }) =>
    Object.entries(operation.requestBody?.content['application/json']?.examples ?? {}).map(
      ([name, { value }]) => [operation.operationId, name, value, operation] as const,
    ),
  )

  test.each(examples)('%s: %s', async (...[id, , body, operation]) => {
    const answer = id === 'exchangeNonce' ? await exchanged({}) : await send[id]!(testApi(), { body })
    expect(String(answer.status)).toBe(Object.keys(operation.responses)[0])
    expect(faultOf(operation, answer)).toBeUndefined()
  })

  test('a batch of which one link is wrong gets what the document shows', async () => {
    const { requestBody, responses } = operationAt('POST', '/links/batch')!
    const example = requestBody?.content['application/json']?.examples?.['batch']?.value
    const shown = responses['200']?.content?.['application/json']?.examples?.['batch']?.value as {
      results: { status: number; problem?: object }[]
    }
    const { body } = await testApi().call('POST', '/links/batch', { body: example })
    expect(body['results']).toMatchObject(
      shown.results.map(({ status, problem }) =>
        problem === undefined ? { status } : { status, problem: { ...problem, requestId: 'r-1' } },
      ),
    )
  })
})

describe('every answer in the document is what the real handler says', () => {
  test('of a link that waits, and of one that was used', async () => {
    const api = testApi()
    await api.store.links.put(exampleLink(), 'us-east-1')
    expect((await send['showLink']!(api)).body).toEqual(exampleView)
    expect((await send['listLinks']!(api)).body).toEqual({ links: [exampleView] })
    const later = testApi()
    const viewer = { viewer: '203.0.113.0/24', edgeRegion: 'eu-west-1' }
    await later.store.links.put(exampleLink({ state: 'used', receipt: { ...receipt, ...viewer } }), 'us-east-1')
    expect((await send['showLink']!(later)).body).toEqual(exampleUsed)
  })

  test('of a link that is withdrawn', async () => {
    const api = testApi()
    await api.store.links.put(exampleLink(), 'us-east-1')
    const answer = await send['revokeLink']!(api)
    expect(faultOf(operationAt('DELETE', '/links/{id}')!, answer)).toBeUndefined()
    expect(answer.status).toBe(204)
  })

  test('of wrong fields', async () => {
    const { body } = await refusals['invalid-fields']!(send['issueLink']!, 'issueLink')
    expect(body.errors).toEqual(exampleErrors)
  })

  test('with all headers, and none beside', async () => {
    const api = testApi()
    await api.store.links.put(exampleLink(), 'us-east-1')
    for (const { operation, method, template } of apiOperations().filter(each => each.template !== '/exchange')) {
      const answer = await send[operation.operationId]!(api)
      const { headers = {} } = operation.responses[String(answer.status)] ?? {}
      const named = Object.keys(headers).map(name => name.toLowerCase())
      expect(Object.keys(answer.headers), `${method} ${template}`).toEqual(expect.arrayContaining(named))
    }
  })
})

describe('what the document has not', () => {
  test.each(['/links', '/links/batch', `/links/${exampleId}`])(
    'another method of %s lists those it has',
    async path => {
      const { status, headers } = await testApi().call('PATCH', path)
      const template = path.endsWith(exampleId) ? '/links/{id}' : path
      expect(status).toBe(405)
      expect(headers['allow']?.split(', ').toSorted()).toEqual(methodsOf(template))
    },
  )

  test('a nonce is never repeated by an error', async () => {
    const { nonce } = makeLink()
    const bodies = [
      { nonce: [nonce] },
      { nonce: { nonce } },
      { nonce: 7, url: nonce },
      { [nonce]: 1 },
      { nonce, [`https://files.example.com/d/${nonce}`]: 1 },
      JSON.stringify(nonce),
      [nonce],
    ]
    for (const body of bodies) {
      const answer = await testExchange().exchange(nonce, { body })
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer)).not.toContain(nonce.slice(0, 20))
    }
  })
})
