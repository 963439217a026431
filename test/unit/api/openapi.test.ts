import { describe, expect, test } from 'vitest'
import type { ApiPorts } from '../../../api/ports.ts'
import type { UploadBucket } from '../../../api/uploads/ports.ts'
import {
  exampleErrors,
  exampleId,
  exampleParts,
  exampleRevoked,
  exampleState,
  exampleUploads,
  exampleUsed,
  exampleView,
} from '../../../tools/openapi/examples.ts'
import { linkRoutes } from '../../../shared/api/routes.ts'
import type { Link } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { listQuery } from '../../../shared/schemas/link-view.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api/api.ts'
import {
  answerFault,
  apiOperations,
  type DocumentedOperation,
  methodsOf,
  operationAt,
  templateOf,
} from '../../support/machine/documented.ts'
import { type ExchangeParts, type Exchanging, testExchange } from '../../support/api/exchange.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { asRole, asToken, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { futureNonce, makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import { memoryBucket, testUploads } from '../../support/api/uploads.ts'
import { memoryReceived, testReceived, usedLink } from '../../support/api/received.ts'

const json = { 'content-type': 'application/json' }
const withKey = (key: string) => ({ ...json, 'idempotency-key': key })
const rejects = async () => {
  throw new Error('unavailable')
}

/** Makes the link of the examples. */
function exampleLink(fields: Partial<Link> = {}): Link {
  const { versionId, size, etag, contentType } = exampleView
  const object = { versionId, size, etag, contentType } as Partial<Link>
  const { link } = makeLink({
    ...object,
    id: exampleId as Link['id'],
    key: exampleView.key as ObjectKey,
    expiresAt: secondsFromNoon(86_400),
    filename: 'Report November.pdf',
    reference: 'case 17',
    confirm: 'required',
    state: 'live',
    unredeemed: { unconfirmed: 2, automated: 1, probed: 0, refusedAfterUse: 0, lastAt: secondsFromNoon(3) },
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

/** Sends a valid request for each operation; `request` replaces parts of it. */
const send: Readonly<Record<string, Send>> = {
  issueLink: (api, request = { body: { key: 'k' } }) => api.call('POST', '/links', request),
  issueLinks: (api, request = { body: { links: [{ key: 'k' }] } }) => api.call('POST', '/links/batch', request),
  listLinks: (api, request) => api.call('GET', '/links', request),
  showLink: (api, request) => api.call('GET', `/links/${exampleId}`, request),
  revokeLink: (api, request) => api.call('DELETE', `/links/${exampleId}`, request),
  async replaceLink(api, request = {}) {
    await api.store.links.put(exampleLink(), 'us-east-1')
    return api.call('POST', replacePath, { headers: withKey('k'), ...request })
  },
}

const replacePath = `/links/${exampleId}/replace`

/** Makes a body for one link, for the batch operation as a batch. */
const bodyFor = (id: string, key: string) => (id === 'issueLinks' ? { links: [{ key }] } : { key })

/** Issuers of whom one may do nothing but look, and another may do all with one prefix. */
const issuers = issuersOf(
  { id: 'auditor', principal: roleArn('auditor'), prefixes: ['audits/'], verbs: ['issue'] },
  { id: 'reports', principal: roleArn('reports'), prefixes: ['reports/'], verbs: ['issue', 'upload', 'exchange'] },
  { id: 'none', principal: roleArn('none'), prefixes: [''], verbs: ['admin'] },
  { id: 'ann', subject: 'ann', prefixes: [''], verbs: ['issue'] },
)

/** Returns the role that lacks the verb of an operation. */
const withoutVerb = (id: string) => (/^(issue|exchange)|Uploads?$|Parts$/.test(id) ? 'none' : 'reports')

/** Makes keys that lack the present slot. */
function laterKeys() {
  const { mac } = testKeys
  const bySlot = new Map([...mac.bySlot].map(([slot, key]) => [slot + 7, key]))
  return { ...testKeys, mac: { current: mac.current + 7, bySlot } }
}

/** Causes each refusal. */
const refusals: Readonly<Record<string, (request: Send, id: string) => Promise<ApiAnswer>>> = {
  async 'too-many-requests'(request) {
    const api = testApi({}, { callerQuota: 100 })
    await api.call('POST', '/links/batch', { body: { links: Array.from({ length: 100 }, () => ({})) } })
    return request(api)
  },
  'token-expired': request => request(testApi({}, { issuers }), { ...asToken('me', [], 1) }),
  'not-an-issuer': request => request(testApi({}, { issuers }), { ...asRole('other') }),
  'verb-not-allowed': (request, id) => request(testApi({}, { issuers }), { ...asRole(withoutVerb(id)) }),
  'key-not-allowed': request => request(testApi({}, { issuers }), { body: { key: 'audits/1' }, ...asRole('reports') }),
  'sender-fixed'(request) {
    const token = asToken('ann')
    const as = { ...token, authorizer: { ...token.authorizer, sender: 'Ann' } }
    return request(testApi({}, { issuers }), { body: { key: 'k', sender: 'Ben' }, ...as })
  },
  'not-json': request => request(testApi(), { headers: { 'content-type': 'text/plain' }, body: '{}' }),
  'body-too-large': request => request(testApi(), { body: `"${'x'.repeat(600_000)}"` }),
  'invalid-json': request => request(testApi(), { headers: json, body: '{' }),
  'invalid-fields': (request, id) =>
    id === 'listLinks'
      ? testApi().call('GET', '/links?limit=0')
      : request(testApi(), { body: id === 'issueLink' ? { key: 'a*b', urlSeconds: 1 } : { links: [] } }),
  async 'idempotency-key-reused'(request, id) {
    const api = testApi()
    await request(api, { headers: withKey('k'), body: bodyFor(id, 'one') })
    return request(api, { headers: withKey('k'), body: bodyFor(id, 'other') })
  },
  async 'idempotency-key-in-use'(request) {
    const api = testApi({ links: { ...memoryStore().links, put: rejects } })
    await request(api, { headers: withKey('k'), body: { key: 'one' } })
    return request(api, { headers: withKey('k'), body: { key: 'one' } })
  },
  async 'idempotency-key-retired'(request) {
    const idempotency = memoryIdempotencyStore()
    await request(testApi({ idempotency }), { headers: withKey('k'), body: { key: 'one' } })
    return request(testApi({ idempotency, keyring: { current: async () => laterKeys() } }), {
      headers: withKey('k'),
      body: { key: 'one' },
    })
  },
  'object-missing'(request) {
    const api = testApi()
    api.objects.remove('reports/2026-12.pdf')
    return request(api, { body: { key: 'reports/2026-12.pdf' } })
  },
  'object-unchecked': request => withResult(undefined, request, { body: { key: 'reports/2026-12.pdf' } }),
  'object-refused': request => withResult('THREATS_FOUND', request, { body: { key: 'reports/2026-12.pdf' } }),
  'no-such-link': request => request(testApi()),
  unavailable(request) {
    const { links } = memoryStore()
    const ports: Partial<ApiPorts> = { links: { ...links, find: rejects }, keyring: { current: rejects } }
    return request(testApi(ports))
  },
}

/** Causes those refusals to replace a link that others cause otherwise. */
const replaceRefusals: typeof refusals = {
  ...refusals,
  async 'idempotency-key-reused'(request) {
    const api = testApi()
    await send['issueLink']!(api, { headers: withKey('k'), body: { key: 'one' } })
    return request(api)
  },
  async 'idempotency-key-in-use'(request) {
    const api = testApi({ idempotency: { ...memoryIdempotencyStore(), complete: rejects } })
    await request(api)
    return request(api)
  },
  async 'idempotency-key-retired'(request) {
    const [idempotency, { links }] = [memoryIdempotencyStore(), memoryStore()]
    await links.put(exampleLink(), 'us-east-1')
    await request(testApi({ idempotency, links }))
    return request(testApi({ idempotency, links, keyring: { current: async () => laterKeys() } }))
  },
  'object-missing'(request) {
    const api = testApi()
    api.objects.remove(exampleView.key)
    return request(api)
  },
  'object-unchecked': request => withResult(undefined, request),
  'object-refused': request => withResult('THREATS_FOUND', request),
  'no-such-link': () => testApi().call('POST', replacePath, { headers: withKey('k') }),
  'link-revoked': request => replaced({ state: 'revoked' }, request),
  'capability-alive': request => replaced({ state: 'used', receipt }, request),
}

/** Sends a request about an object whose scan has this result. */
function withResult(result: string | undefined, request: Send, about?: Parameters<Send>[1]): Promise<ApiAnswer> {
  return request(testApi({ objects: { look: async ({ key }) => ({ kind: 'not-clean', key, result }) } }), about)
}

/** Replaces the link of the examples, with other fields. */
async function replaced(fields: Partial<Link>, request: Send): Promise<ApiAnswer> {
  const api = testApi()
  await api.store.links.put(exampleLink(fields), 'us-east-1')
  return request(api)
}

type Uploads = ReturnType<typeof testUploads>
type SendUpload = (api: Uploads, request?: Parameters<Uploads['call']>[2]) => Promise<ApiAnswer>

/** Begins the upload of the examples, and returns the path of `operation` on it, or on another upload. */
async function ofUpload(api: Uploads, operation = ''): Promise<string> {
  const { body } = await api.call('POST', '/uploads', { body: exampleUploads.file.value })
  return `/uploads/${body.id ?? exampleState.id}${operation}`
}

/** Sends a valid request for each operation on uploads; `request` replaces parts of it. */
const sendUpload: Readonly<Record<string, SendUpload>> = {
  beginUpload: (api, request = { body: { filename: 'a' } }) => api.call('POST', '/uploads', request),
  signParts: async (api, request = { body: { parts: exampleParts } }) =>
    api.call('POST', await ofUpload(api, '/parts'), request),
  completeUpload: async (api, request = { body: { bytes: 10_000_000 } }) =>
    api.call('POST', await ofUpload(api, '/complete'), request),
  endUpload: async (api, request) => api.call('DELETE', await ofUpload(api), request),
}

/** Makes a function of uploads whose files have arrived; `bucket` replaces what else S3 does. */
const withParts = (bucket: Partial<UploadBucket> = {}) =>
  testUploads({
    bucket: {
      ...memoryBucket(),
      arrived: async () => exampleParts.map(part => ({ ...part, etag: '"0"' })),
      complete: async () => ({}),
      ...bucket,
    },
  })

/** Causes each refusal of an operation on uploads. */
const uploadRefusals: Readonly<Record<string, (request: SendUpload, id: string) => Promise<ApiAnswer>>> = {
  async 'too-many-requests'(request) {
    const api = testUploads({}, { callerQuota: 100 })
    for (let sent = 1; sent <= 100; sent += 1) await api.call('DELETE', `/uploads/${exampleState.id}`)
    return request(api)
  },
  'token-expired': request => request(testUploads({}, { issuers }), { ...asToken('me', [], 1) }),
  'not-an-issuer': request => request(testUploads({}, { issuers }), { ...asRole('other') }),
  'verb-not-allowed': request => request(testUploads({}, { issuers }), { ...asRole('none') }),
  'key-not-allowed': request =>
    request(testUploads({}, { issuers }), { body: { key: 'audits/1' }, ...asRole('reports') }),
  'not-json': request => request(testUploads(), { headers: { 'content-type': 'text/plain' }, body: '{}' }),
  'body-too-large': request => request(testUploads(), { body: `"${'x'.repeat(20_000)}"` }),
  'invalid-json': request => request(testUploads(), { headers: json, body: '{' }),
  'invalid-fields': request => request(testUploads(), { body: {} }),
  async 'idempotency-key-reused'(request) {
    const api = testUploads()
    await request(api, { headers: withKey('k'), body: { filename: 'one' } })
    return request(api, { headers: withKey('k'), body: { filename: 'other' } })
  },
  async 'idempotency-key-in-use'(request) {
    const api = testUploads({ uploads: { ...memoryIdempotencyStore<never>(), complete: rejects } })
    await request(api, { headers: withKey('k'), body: { filename: 'one' } })
    return request(api, { headers: withKey('k'), body: { filename: 'one' } })
  },
  async 'upload-limit'(request, id) {
    const api = testUploads({}, id === 'signParts' ? { uploadBytesPerDay: 1 } : { maxOpenUploads: 1 })
    if (id === 'beginUpload') await request(api)
    return request(api)
  },
  async 'no-such-upload'(request, id) {
    const api = testUploads()
    if (id !== 'beginUpload') return api.call(...unknownUpload(id))
    const { body } = await request(api, { headers: withKey('k'), body: { filename: 'one' } })
    await api.call('DELETE', `/uploads/${body.id}`)
    return request(api, { headers: withKey('k'), body: { filename: 'one' } })
  },
  'upload-incomplete': request => request(testUploads()),
  'object-exists': request => request(withParts({ complete: async () => 'exists' })),
  unavailable: request =>
    request(testUploads({ uploads: { ...memoryIdempotencyStore<never>(), reserve: rejects, find: rejects } })),
}

/** Makes a request about an upload that there is not. */
function unknownUpload(id: string): Parameters<Uploads['call']> {
  const path = `/uploads/${exampleState.id}`
  if (id === 'endUpload') return ['DELETE', path]
  if (id === 'signParts') return ['POST', `${path}/parts`, { body: { parts: exampleParts } }]
  return ['POST', `${path}/complete`, { body: { bytes: 1 } }]
}

type Received = Awaited<ReturnType<typeof testReceived>>
type SendReceived = (api: Received, request?: Parameters<Received['call']>[2]) => Promise<ApiAnswer>

const file = { filename: 'findings.pdf', bytes: 10_000_000, type: 'application/pdf' }

/** Begins the upload of the examples, if another may begin, and returns the path of `operation` on it. */
async function ofReceived(api: Received, operation = ''): Promise<string> {
  const { body: begun } = await api.call('POST', '/received', { body: file })
  const { body } = await api.call('GET', '/received')
  const { id = exampleState.id } = (begun['upload'] ?? body['upload'] ?? {}) as { id?: string }
  return `/received/${id}${operation}`
}

/** Sends a valid request for each operation on the file of a link; `request` replaces parts of it. */
const sendReceived: Readonly<Record<string, SendReceived>> = {
  showReceived: (api, request) => api.call('GET', '/received', request),
  beginReceived: (api, request = { body: file }) => api.call('POST', '/received', request),
  endReceived: async (api, request) => api.call('DELETE', await ofReceived(api), request),
  signReceivedParts: async (api, request = { body: { parts: exampleParts } }) =>
    api.call('POST', await ofReceived(api, '/parts'), request),
  completeReceived: async (api, request = { body: { bytes: 10_000_000 } }) =>
    api.call('POST', await ofReceived(api, '/complete'), request),
}

/** Makes the function of a link whose file has arrived in parts; `bucket` replaces what else S3 does. */
const withReceived = (bucket: Partial<UploadBucket> = {}) =>
  testReceived({
    bucket: {
      ...memoryBucket(),
      arrived: async () => exampleParts.map(part => ({ ...part, etag: '"0"' })),
      complete: async () => ({}),
      ...bucket,
    },
  })

/** Causes each refusal of an operation on the file of a link. */
const receivedRefusals: Readonly<Record<string, (request: SendReceived, id: string) => Promise<ApiAnswer>>> = {
  'upload-token': async request => request(await testReceived(), { headers: { 'Once-Upload': '' } }),
  'not-json': async request => request(await testReceived(), { headers: { 'Content-Type': 'text/plain' }, body: '{}' }),
  'body-too-large': async request => request(await testReceived(), { body: `"${'x'.repeat(20_000)}"` }),
  'invalid-json': async request => request(await testReceived(), { body: '{' }),
  'invalid-fields': async request => request(await testReceived(), { body: {} }),
  async 'upload-ended'(request, id) {
    const api = await withReceived()
    const path = await ofReceived(api)
    api.clock.advance(4 * 3_600_000)
    if (id === 'beginReceived') return request(api)
    const isSigning = id === 'signReceivedParts'
    const body = isSigning ? { parts: exampleParts } : { bytes: 10_000_000 }
    return api.call('POST', `${path}/${isSigning ? 'parts' : 'complete'}`, { body })
  },
  async 'link-revoked'(request, id) {
    const api = await withReceived()
    const path = await ofReceived(api)
    await api.store.links.revoke(api.link, 'us-east-1')
    if (id === 'beginReceived') return request(api)
    const isSigning = id === 'signReceivedParts'
    const body = isSigning ? { parts: exampleParts } : { bytes: 10_000_000 }
    return api.call('POST', `${path}/${isSigning ? 'parts' : 'complete'}`, { body })
  },
  'too-many-requests': async request =>
    request(await testReceived({ received: { ...memoryReceived(), tryBegin: async () => false } })),
  async 'file-received'(request, id) {
    const api = await withReceived({ complete: rejects })
    const path = await ofReceived(api, '/complete')
    await api.call('POST', path, { body: { bytes: 10_000_000 } })
    const sha256 = exampleParts[0]?.sha256
    return request(api, id === 'completeReceived' ? { body: { bytes: 10_000_000, sha256 } } : undefined)
  },
  async 'upload-limit'(request) {
    const used = usedLink({ maxBytes: 10_000_000 }, { maxBytes: 10_000_000 })
    const api = await testReceived({}, used)
    for (let time = 1; time <= 3; time += 1) await request(api)
    return request(api)
  },
  'no-such-upload': async (_, id) => {
    const path = `/received/${exampleState.id}`
    const api = await testReceived()
    if (id === 'endReceived') return api.call('DELETE', path)
    if (id === 'completeReceived') return api.call('POST', `${path}/complete`, { body: { bytes: 1 } })
    return api.call('POST', `${path}/parts`, { body: { parts: exampleParts } })
  },
  'upload-incomplete': async request => request(await testReceived()),
  unavailable: async request => request(await testReceived({ keyring: { current: rejects } })),
}

/** Exchanges one link. */
async function exchanged(fields: Partial<Link>, exchanging: Exchanging = {}, parts: ExchangeParts = {}) {
  const api = testExchange(parts)
  const { nonce, link } = makeLink(fields)
  await api.store.links.put(link, 'us-east-1')
  return api.exchange(nonce, exchanging)
}

/** Exchanges one link with a passphrase that allows five tries. */
async function redeemWith(passphrase?: string, fields: Partial<Link> = {}) {
  const api = testExchange()
  const { nonce, link } = makeLink({ passphraseHash: 'of another', tries: 0, maxTries: 5, ...fields })
  await api.store.links.put(link, 'us-east-1')
  return api.exchange(nonce, { body: { nonce, ...(passphrase !== undefined && { passphrase }) } })
}

/** Causes each refusal to exchange a nonce. */
const nonceRefusals: Readonly<Record<string, () => Promise<ApiAnswer>>> = {
  'token-expired': () => exchanged({}, asToken('me', [], 1), { deployment: { issuers } }),
  'not-an-issuer': () => exchanged({}, asRole('other'), { deployment: { issuers } }),
  'verb-not-allowed': () => exchanged({}, asRole('auditor'), { deployment: { issuers } }),
  'no-such-link': () => exchanged({}, asRole('reports'), { deployment: { issuers } }),
  'not-json': () => exchanged({}, { headers: { 'content-type': 'text/plain' } }),
  'body-too-large': () => exchanged({}, { body: { nonce: 'x'.repeat(20_000) } }),
  'invalid-json': () => exchanged({}, { body: '{' }),
  'invalid-fields': () => exchanged({}, { body: { nonce: ['x'] } }),
  'idempotency-key-invalid': () => exchanged({}, { headers: withKey('') }),
  'passphrase-invalid': () => redeemWith('short'),
  'passphrase-required': () => redeemWith(),
  locked: () => redeemWith('correct horse', { tries: 5 }),
  'wrong-passphrase': () => redeemWith('correct horse'),
  malformed: () => testExchange().exchange('x'),
  forged: () => testExchange().exchange(Buffer.alloc(32, 0x10).toString('base64url')),
  unsupported: () => testExchange().exchange(futureNonce({ flags: 0x40 })),
  expired: () => exchanged({ expiresAt: secondsFromNoon(0) }),
  'address-unsupported': () =>
    exchanged({ network: '10.0.0.0/8' as NonNullable<Link['network']> }, { address: 'test-invoke-source-ip' }),
  revoked: () => exchanged({ state: 'revoked' }),
  replaced: () => exchanged({ state: 'revoked', replacedBy: makeLink().link.id }),
  spent: () => testExchange().exchange(makeLink().nonce),
  'not-yet-valid': () => exchanged({ notBefore: secondsFromNoon(60) }),
  'wrong-network': () => exchanged({ network: '10.0.0.0/8' as NonNullable<Link['network']> }),
  'outcome-unknown': () => exchanged({}, {}, { ports: { table: lost({ kind: 'unknown-effect' }) } }),
  unavailable: () => exchanged({}, {}, { ports: { table: lost({ kind: 'no-effect' }) } }),
  failed: () => exchanged({}, {}, { ports: { keyring: { current: rejects } } }),
  'not-redeemable': () => exchanged({ state: 'revoked' }, {}, { deployment: { uniformRefusals: true } }),
}

type Table = NonNullable<NonNullable<ExchangeParts['ports']>['table']>

/** Makes a table whose attempts to consume end with `result`. */
function lost(result: Awaited<ReturnType<Table['tryConsume']>>): Table {
  const tryReserve = async () => Promise.reject(new Error('no link here has a passphrase'))
  return { tryConsume: async () => result, tryReserve, exists: async () => false, inspect: async () => undefined }
}

/** Returns the reasons that the document has for an operation, without those of API Gateway. */
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

describe('the handler gives every refusal in the document, as documented', () => {
  test.each(cases)('%s: %s', async (id, reason, operation) => {
    const request = send[id]
    const upload = sendUpload[id]
    const received = sendReceived[id]
    const response =
      received !== undefined
        ? await receivedRefusals[reason]?.(received, id)
        : upload !== undefined
          ? await uploadRefusals[reason]?.(upload, id)
          : request === undefined
            ? await nonceRefusals[reason]?.()
            : await (id === 'replaceLink' ? replaceRefusals : refusals)[reason]?.(request, id)
    expect(response?.body.reason).toBe(reason)
    expect(faultOf(operation, response!)).toBeUndefined()
    const named = Object.keys(operation.responses[String(response?.status)]?.headers ?? {}).map(name =>
      name.toLowerCase(),
    )
    const mayLack = [
      'unavailable',
      'idempotency-key-retired',
      'upload-limit',
      'link-revoked',
      'capability-alive',
      'not-an-issuer',
      'verb-not-allowed',
    ].includes(reason)
    if (!mayLack) expect(Object.keys(response?.headers ?? {})).toEqual(expect.arrayContaining(named))
  })

  test('there are more than 40', () => {
    expect(cases.length).toBeGreaterThan(40)
  })
})

describe('every request in the document gets the documented response', () => {
  const examples = apiOperations().flatMap(({ operation }) =>
    Object.entries(operation.requestBody?.content['application/json']?.examples ?? {}).map(
      ([name, { value }]) => [operation.operationId, name, value, operation] as const,
    ),
  )

  test.each(examples)('%s: %s', async (...[id, , body, operation]) => {
    const response =
      id === 'exchangeNonce'
        ? await exchanged({})
        : id in sendUpload
          ? await sendUpload[id]!(withParts(), { body })
          : id in sendReceived
            ? await sendReceived[id]!(await withReceived(), { body })
            : await send[id]!(testApi({}, { gate: true, uploadApi: 'https://send.example.com/api' }), { body })
    expect(Object.keys(operation.responses).filter(status => status < '300')).toContain(String(response.status))
    expect(faultOf(operation, response)).toBeUndefined()
  })

  test('a batch with one wrong link gets the response in the document', async () => {
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

describe('the handler gives every response in the document', () => {
  test('for an unused link, and for a used one', async () => {
    const api = testApi()
    await api.store.links.put(exampleLink(), 'us-east-1')
    expect((await send['showLink']!(api)).body).toEqual(exampleView)
    expect((await send['listLinks']!(api)).body).toEqual({ links: [exampleView] })
    const later = testApi()
    const viewer = { viewer: '203.0.113.0/24', edgeRegion: 'eu-west-1' }
    await later.store.links.put(exampleLink({ state: 'used', receipt: { ...receipt, ...viewer } }), 'us-east-1')
    expect((await send['showLink']!(later)).body).toEqual(exampleUsed)
  })

  test('for a revocation', async () => {
    const api = testApi()
    await api.store.links.put(exampleLink(), 'us-east-1')
    const response = await send['revokeLink']!(api)
    expect(faultOf(operationAt('DELETE', '/links/{id}')!, response)).toBeUndefined()
    expect(response.status).toBe(204)
    const later = testApi()
    await later.store.links.put(exampleLink({ state: 'used', receipt }), 'us-east-1')
    const late = await send['revokeLink']!(later)
    expect(faultOf(operationAt('DELETE', '/links/{id}')!, late)).toBeUndefined()
    expect(late).toMatchObject({ status: 200, body: exampleRevoked })
  })

  test.each(['invalid-fields', 'object-missing', 'object-unchecked', 'object-refused'] as const)(
    'for %s',
    async reason => {
      const { body } = await refusals[reason]!(send['issueLink']!, 'issueLink')
      expect(body.errors).toEqual(exampleErrors[reason])
    },
  )

  test('with all documented headers', async () => {
    for (const { operation, method, template } of apiOperations().filter(each => each.template !== '/exchange')) {
      const api = testApi()
      await api.store.links.put(exampleLink(), 'us-east-1')
      const upload = sendUpload[operation.operationId]
      const received = sendReceived[operation.operationId]
      const response = await (received
        ? received(await withReceived())
        : upload === undefined
          ? send[operation.operationId]!(api)
          : upload(withParts()))
      const { headers = {} } = operation.responses[String(response.status)] ?? {}
      const named = Object.keys(headers).map(name => name.toLowerCase())
      expect(Object.keys(response.headers), `${method} ${template}`).toEqual(expect.arrayContaining(named))
    }
  })
})

describe('what the document does not have', () => {
  test.each(['/links', '/links/batch', `/links/${exampleId}`])(
    'another method of %s is refused with a list of the allowed methods',
    async path => {
      const { status, headers } = await testApi().call('PATCH', path)
      const template = path.endsWith(exampleId) ? '/links/{id}' : path
      expect(status).toBe(405)
      expect(headers['allow']?.split(', ').toSorted()).toEqual(methodsOf(template))
    },
  )

  test('another method on an upload is refused with a list of the allowed methods', async () => {
    for (const path of ['/uploads', `/uploads/${exampleState.id}`, `/uploads/${exampleState.id}/parts`]) {
      const { status, headers } = await testUploads().call('PATCH', path)
      expect([status, headers['allow']]).toEqual([405, methodsOf(templateOf(path) ?? '').join(', ')])
    }
    expect((await testUploads().call('GET', '/uploads/x/y/z')).body.reason).toBe('no-such-route')
  })

  test('a list has no parameter that its route lacks', () => {
    expect(Object.keys(listQuery.properties)).toEqual(linkRoutes.listLinks.query)
  })

  test('an error never repeats a nonce', async () => {
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
      const response = await testExchange().exchange(nonce, { body })
      expect(response.status).toBe(400)
      expect(JSON.stringify(response)).not.toContain(nonce.slice(0, 20))
    }
  })
})
