import { describe, expect, test } from 'vitest'
import { parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'

const uploadApi = 'https://send.example.com/api'
const upload = { prefix: 'clinic/', maxBytes: 5_000_000 }
const issuers = issuersOf(
  { id: 'desk', principal: roleArn('desk'), prefixes: ['clinic/', 'lab/'], verbs: ['ask', 'read', 'revoke'] },
  {
    id: 'former',
    principal: roleArn('former'),
    prefixes: [''],
    verbs: ['issue', 'upload', 'read', 'revoke', 'exchange'],
  },
)

type Request = Parameters<TestApi['call']>[2]
const issue = async (api: TestApi, body: object, request: Request = {}) =>
  api.call('POST', '/links', { body, ...request })

test('a link that takes a file is issued: confirmed, with a receipt, bound to nothing, for four hours', async () => {
  const api = testApi({}, { uploadApi })
  const { status, body } = await issue(api, { upload: { ...upload, types: ['application/pdf', 'image/*'] } })
  expect({ status, body }).toMatchObject({ status: 201, body: { urlSeconds: 14_400, bind: 'none', pinned: false } })
  const claims = verifyNonce(parseNonce(body.url?.slice(-43) ?? '')!, testKeys.mac)
  expect(claims).toMatchObject({ flags: { upload: true, confirm: true, receipt: true, media: false, extended: false } })
  const { body: view } = await api.call('GET', `/links/${body.id}`)
  expect(view).toMatchObject({
    state: 'live',
    key: 'clinic/received',
    confirm: true,
    receipt: null,
    upload: { ...upload, types: ['application/pdf', 'image/*'] },
  })
  expect(api.objects.looks).toEqual([])
})

test('without a prefix, it is below the first prefix of its caller', async () => {
  const api = testApi({}, { uploadApi, issuers })
  const { body } = await issue(api, { upload: { maxBytes: 1 } }, asRole('desk'))
  const { body: view } = await api.call('GET', `/links/${body.id}`, asRole('desk'))
  expect(view).toMatchObject({ key: 'clinic/received', upload: { prefix: 'clinic/', maxBytes: 1 } })
  const batch = await api.call('POST', '/links/batch', {
    body: { links: [{ upload: { maxBytes: 1 } }] },
    ...asRole('desk'),
  })
  expect(batch.body).toMatchObject({ results: [{ status: 201 }] })
  const elsewhere = testApi({}, { uploadApi, issuers, contentPrefixes: ['public/'] })
  expect(await issue(elsewhere, { upload: { maxBytes: 1 } }, asRole('desk'))).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'upload.prefix' }] },
  })
})

describe('to ask is a right of its own', () => {
  test('who may do all else may not ask, and who may ask may not issue', async () => {
    const api = testApi({}, { uploadApi, issuers })
    for (const [role, body, status] of [
      ['former', { upload }, 403],
      ['former', { key: 'clinic/a.pdf' }, 201],
      ['desk', { upload }, 201],
      ['desk', { key: 'clinic/a.pdf' }, 403],
      ['desk', { upload: { ...upload, prefix: 'other/' } }, 403],
    ] as const) {
      expect([role, body, (await issue(api, body, asRole(role))).status]).toEqual([role, body, status])
    }
    const batch = await api.call('POST', '/links/batch', { body: { links: [{ upload }] }, ...asRole('former') })
    expect(batch.body).toMatchObject({ results: [{ status: 403, problem: { reason: 'verb-not-allowed' } }] })
  })

  test('who may ask replaces and revokes links that ask, and replaces no other', async () => {
    const api = testApi({}, { uploadApi, issuers })
    const keyed = { headers: { 'Idempotency-Key': 'k' }, ...asRole('desk') }
    const { body } = await issue(api, { upload }, asRole('desk'))
    const replaced = await api.call('POST', `/links/${body.id}/replace`, keyed)
    expect(replaced.status).toBe(201)
    const { body: view } = await api.call('GET', `/links/${replaced.body.id}`, asRole('desk'))
    expect(view['upload']).toEqual(upload)
    expect((await api.call('DELETE', `/links/${replaced.body.id}`, asRole('desk'))).status).toBe(204)
    const { link } = makeLink({ key: 'clinic/a.pdf' as never, issuer: 'desk' })
    await api.store.links.put(link, 'us-east-1')
    const other = await api.call('POST', `/links/${link.id}/replace`, { ...keyed, headers: { 'Idempotency-Key': 'l' } })
    expect(other).toMatchObject({ status: 403, body: { reason: 'verb-not-allowed' } })
  })
})

describe('refused, with the field and what is allowed', () => {
  test.each([
    ['both key and upload', { key: 'a', upload }, 'key'],
    ['no size', { upload: { prefix: '' } }, 'upload.maxBytes'],
    ['a size of nothing', { upload: { ...upload, maxBytes: 0 } }, 'upload.maxBytes'],
    ['more than CloudFront delivers', { upload: { ...upload, maxBytes: 50e9 + 1 } }, 'upload.maxBytes'],
    ['a prefix that is none', { upload: { ...upload, prefix: 'clinic' } }, 'upload.prefix'],
    [
      'a prefix below which no file can be delivered',
      { upload: { ...upload, prefix: `${'a'.repeat(975)}/` } },
      'upload.prefix',
    ],
    ['a prefix of links', { upload: { ...upload, prefix: 'd/' } }, 'upload.prefix'],
    ['no types', { upload: { ...upload, types: [] } }, 'upload.types'],
    ['an ending for a type', { upload: { ...upload, types: ['.pdf'] } }, 'upload.types.0'],
    ['a field that is unknown', { upload: { ...upload, key: 'a' } }, 'upload.key'],
    ['several uses', { upload, uses: 2 }, 'uses'],
    ['a player', { upload, media: 'object' }, 'media'],
    ['a name', { upload, filename: 'a' }, 'filename'],
    ['a version', { upload, versionId: 'v' }, 'versionId'],
    ['a missing object', { upload, allowMissing: true }, 'allowMissing'],
    ['no receipt', { upload, receipt: false }, 'receipt'],
    ['a binding', { upload, bind: 'exact' }, 'bind'],
    ['more than a day', { upload, urlSeconds: 86_401 }, 'urlSeconds'],
  ])('%s', async (_, body, field) => {
    const answer = await issue(testApi({}, { uploadApi, gate: true }), body)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  })

  test('an upload where the deployment takes none', async () => {
    const { status, body } = await issue(testApi(), { upload })
    expect({ status, errors: body.errors }).toMatchObject({
      status: 400,
      errors: [{ field: 'upload', allowed: expect.stringMatching(/^no upload: .*uploadLinks/) as string }],
    })
  })
})

test('a day is the longest that an upload may take, and the deployment may allow less', async () => {
  const longest = await issue(testApi({}, { uploadApi }), { upload, urlSeconds: 86_400 })
  expect(longest).toMatchObject({ status: 201, body: { urlSeconds: 86_400 } })
  const less = await issue(testApi({}, { uploadApi, maxUrlSeconds: 3600 }), { upload })
  expect(less).toMatchObject({ status: 201, body: { urlSeconds: 3600 } })
})

test('the same request with the same key is the same link', async () => {
  const api = testApi({}, { uploadApi })
  const keyed = { headers: { 'Idempotency-Key': 'k', 'Content-Type': 'application/json' } }
  const [one, two] = [await issue(api, { upload }, keyed), await issue(api, { upload }, keyed)]
  expect(two.body.url).toBe(one.body.url)
  expect(await issue(api, { upload: { ...upload, maxBytes: 1 } }, keyed)).toMatchObject({ status: 422 })
})

test('the exchange gives no URL for it, and does not use it', async () => {
  const api = testExchange()
  const { nonce, link } = makeLink({ key: 'clinic/received' as never, state: 'live', maxBytes: 1, confirm: 'required' })
  await api.store.links.put(link, 'us-east-1')
  expect(await api.exchange(nonce)).toMatchObject({ status: 503, body: { reason: 'unsupported' } })
  expect((await api.store.links.find(link.id, 'us-east-1'))?.state).toBe('live')
})
