import { describe, expect, test } from 'vitest'
import type { LinkId } from '../../../shared/link.ts'
import { type Nonce, verifyNonce } from '../../../shared/nonce.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api/api.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const gate = { gate: true } as const
const withGate = () => testApi({}, gate)
const issue = (api: TestApi, body: object, idempotencyKey?: string): Promise<ApiAnswer> => {
  const key = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
  return api.call('POST', '/links', {
    body: { key: 'k', ...body },
    headers: { 'Content-Type': 'application/json', ...key },
  })
}
const stored = (api: TestApi, { body }: ApiAnswer) => api.store.links.find(body.id as LinkId, 'us-east-1')

/** Issues a link for an object of `size` bytes. */
function issueSized(size: number, body: object, deployment: Parameters<typeof testApi>[1] = gate) {
  const api = testApi({}, deployment)
  api.objects.write('k', { size })
  return issue(api, body)
}

describe('to what a link is bound by default', () => {
  test.each([
    ['a file', {}, {}, 'exact'],
    ['a file, with the gate', gate, {}, 'exact'],
    ['a film', {}, { media: 'object' }, 'exact'],
    ['a film, with the gate', gate, { media: 'object' }, 'client'],
    ['a film in segments, with the gate', gate, { key: 'f/k.m3u8', media: true }, 'client'],
    ['a file over HTTP/3', { http3: true }, {}, 'none'],
    ['a file over HTTP/3, with the gate', { ...gate, http3: true }, {}, 'client'],
  ])('%s', async (...row) => {
    const [, deployment, body, bind] = row
    const api = testApi({}, deployment)
    const issued = await issue(api, body)
    expect(issued).toMatchObject({ status: 201, body: { bind } })
    expect(await stored(api, issued)).toMatchObject({ bind })
    expect((await api.call('GET', `/links/${issued.body.id}`)).body).toMatchObject({ bind })
  })

  test.each([
    ['client', {}, 'exact, prefix or none: this deployment has no gate, which checks the client'],
    ['client', { http3: true }, 'none: this deployment has no gate, which checks the client'],
    ['exact', { http3: true }, 'none: in this deployment a connection may outlive'],
    ['exact', { ...gate, http3: true }, 'client, client-only or none: in this deployment a connection may outlive'],
  ])('%s is refused with %j, and the field is named', async (bind, deployment, allowed) => {
    const { status, body } = await issue(testApi({}, deployment), { bind })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { field: 'bind', got: JSON.stringify(bind), allowed: expect.stringContaining(allowed) as string },
    ])
  })
})

describe('a link that is bound to the client', () => {
  test.each(['client', 'client-only'])('%s: has a flag in its nonce, and keeps a receipt by default', async bind => {
    const api = withGate()
    const issued = await issue(api, { bind })
    expect(verifyNonce(issued.body.url?.slice(-43) as Nonce, testKeys.mac)).toMatchObject({
      flags: { client: true, receipt: true },
    })
    expect(await stored(api, issued)).toMatchObject({ state: 'live', purgeAt: secondsFromNoon(31 * 86_400) })
    const without = await issue(api, { bind, receipt: false })
    expect(verifyNonce(without.body.url?.slice(-43) as Nonce, testKeys.mac)).toMatchObject({
      flags: { client: true, receipt: false },
    })
    expect(await stored(api, without)).not.toHaveProperty('state')
  })
})

describe('how long the signed URL of such a link works by default', () => {
  test.each([
    [15_000_000, 60],
    [15_000_001, 61],
    [21_600_000_000, 86_400],
    [21_600_000_001, 86_400],
  ])('%i bytes: %i seconds', async (size, urlSeconds) => {
    for (const bind of ['client', 'client-only']) {
      expect((await issueSized(size, { bind })).body).toMatchObject({ size, urlSeconds })
    }
  })

  test('the link and its view have it, and without a receipt the item stays as long', async () => {
    const api = withGate()
    api.objects.write('k', { size: 5e9 })
    const issued = await issue(api, { bind: 'client', receipt: false, expiresIn: 60 })
    expect(issued.body).toMatchObject({ urlSeconds: 20_000 })
    expect(await stored(api, issued)).toMatchObject({ urlSeconds: 20_000, purgeAt: secondsFromNoon(60 + 20_005) })
    expect((await api.call('GET', `/links/${issued.body.id}`)).body).toMatchObject({ urlSeconds: 20_000 })
    const small = await issue(api, { key: 'small', bind: 'client', receipt: false, expiresIn: 60 })
    expect(await stored(api, small)).toMatchObject({ urlSeconds: 60, purgeAt: secondsFromNoon(60 + 3605) })
  })

  test('an hour at least for a player', async () => {
    expect((await issueSized(1, { media: 'object' })).body).toMatchObject({ bind: 'client', urlSeconds: 3600 })
    expect((await issueSized(2e9, { media: 'object' })).body).toMatchObject({ urlSeconds: 8000 })
  })

  test('an hour if nothing says the size', async () => {
    const missing = withGate()
    missing.objects.remove('k')
    expect((await issue(missing, { bind: 'client', allowMissing: true })).body).toMatchObject({ urlSeconds: 3600 })
    const blind = testApi({ objects: undefined as never }, gate)
    expect((await issue(blind, { bind: 'client' })).body).toMatchObject({ urlSeconds: 3600 })
    expect((await issue(blind, { bind: 'client', versionId: 'v' })).body).toMatchObject({ urlSeconds: 3600 })
  })

  test('a limit of the deployment caps it, as it caps all others', async () => {
    const deployment = { ...gate, maxUrlSeconds: 600 }
    expect((await issueSized(5e9, { bind: 'client' }, deployment)).body).toMatchObject({ urlSeconds: 600 })
    expect((await issueSized(1, { bind: 'client' }, deployment)).body).toMatchObject({ urlSeconds: 60 })
    expect((await issueSized(1, { media: 'object', bind: 'none' }, deployment)).body).toMatchObject({ urlSeconds: 600 })
    const short = { ...gate, urlSeconds: 20, maxUrlSeconds: 20 }
    expect((await issueSized(1, {}, short)).body).toMatchObject({ urlSeconds: 20 })
    expect((await issueSized(1, { bind: 'client' }, short)).body).toMatchObject({ urlSeconds: 20 })
  })
})

describe('how long it may work', () => {
  test.each([
    [{ bind: 'client' }, 86_400],
    [{ media: 'object' }, 86_400],
    [{ bind: 'exact' }, 3600],
    [{ bind: 'exact', media: 'object' }, 43_200],
  ])('%j: %i seconds', async (body, most) => {
    const api = withGate()
    expect((await issue(api, { ...body, urlSeconds: most })).body).toMatchObject({ urlSeconds: most })
    expect((await issue(api, { ...body, urlSeconds: most + 1 })).status).toBe(400)
    expect((await issue(api, { ...body, urlSeconds: 5 })).status).toBe(201)
    expect((await issue(api, { ...body, urlSeconds: 4 })).status).toBe(400)
  })

  test.each([
    [gate, {}, 3601, 'a whole number of seconds from 5 to 3600 with bind "exact"; with bind "client" to 86400'],
    [{}, {}, 3601, 'a whole number of seconds from 5 to 3600 with bind "exact"'],
    [
      { ...gate, maxUrlSeconds: 7200 },
      { bind: 'none' },
      3601,
      'a whole number of seconds from 5 to 3600 with bind "none"; with bind "client" to 7200',
    ],
    [
      { ...gate, maxUrlSeconds: 7200 },
      { bind: 'client' },
      7201,
      'a whole number of seconds from 5 to 7200: this deployment allows no more',
    ],
    [{ maxUrlSeconds: 600 }, {}, 601, 'a whole number of seconds from 5 to 600: this deployment allows no more'],
  ])('with %j, %j is refused above the limit, which is named', async (...row) => {
    const [deployment, body, urlSeconds, allowed] = row
    const api = testApi({}, deployment)
    expect((await issue(api, { ...body, urlSeconds: urlSeconds - 1 })).status).toBe(201)
    const refused = await issue(api, { ...body, urlSeconds })
    expect(refused.body.errors).toEqual([{ field: 'urlSeconds', got: String(urlSeconds), allowed }])
  })
})

describe('the response advises another binding', () => {
  const advice = (answer: ApiAnswer) => answer.body['advice']

  test('if the file takes longer than the signed URL works, and says why', async () => {
    expect(advice(await issueSized(100_000_000, {}))).toBe(
      "At 2 Mbit/s, a download of this file takes 6 min 40 s. If it breaks off after the URL's 30 s, or the viewer's address changes, it can't go on, and the link is used. With bind \"client\" it can.",
    )
    expect(advice(await issueSized(7_500_001, { bind: 'prefix' }))).toContain('takes 31 s')
    expect(advice(await issueSized(2e9, { media: 'object', bind: 'exact' }))).toContain("the URL's 1 h")
  })

  test('and for how long it works then, if that is less than the file takes', async () => {
    expect(advice(await issueSized(5e10, {}))).toMatch(/takes 2 d 7 h\. .* With bind "client" it can for 1 d\.$/)
    const limited = await issueSized(100_000_000, {}, { ...gate, maxUrlSeconds: 60 })
    expect(advice(limited)).toMatch(/With bind "client" it can for 1 min\.$/)
  })

  test('also to a repeat of the request, and in a batch', async () => {
    const api = withGate()
    api.objects.write('k', { size: 1e8 })
    const first = await issue(api, {}, 'i')
    expect((await issue(api, {}, 'i')).body).toEqual(first.body)
    const { body } = await api.call('POST', '/links/batch', { body: { links: [{ key: 'k' }] } })
    expect(body['results']).toMatchObject([{ link: { advice: advice(first) } }])
  })

  test('not if it is fast enough, bound to the client or to nothing, in segments, or not possible', async () => {
    expect(advice(await issueSized(7_500_000, {}))).toBeUndefined()
    expect(advice(await issueSized(1e8, { urlSeconds: 400 }))).toBeUndefined()
    for (const bind of ['client', 'client-only', 'none']) {
      expect(advice(await issueSized(1e8, { bind, urlSeconds: 30 }))).toBeUndefined()
    }
    expect(advice(await issueSized(1e8, {}, {}))).toBeUndefined()
    const api = withGate()
    api.objects.write('f/k.m3u8', { size: 5e10 })
    expect(advice(await issue(api, { key: 'f/k.m3u8', media: true, bind: 'exact' }))).toBeUndefined()
    api.objects.remove('k')
    expect(advice(await issue(api, { allowMissing: true }))).toBeUndefined()
  })
})

describe('a link for an IPv6 network', () => {
  const network = '2001:db8::/32'
  const ipv6 = { ...gate, ipv6: true } as const

  test('is issued where viewers may come over IPv6, and shows its network', async () => {
    const api = testApi({}, ipv6)
    for (const body of [{}, { bind: 'client' }, { key: 'f/k.m3u8', media: true }, { bind: 'none' }]) {
      const issued = await issue(api, { ...body, network })
      expect(issued.status).toBe(201)
      expect((await api.call('GET', `/links/${issued.body.id}`)).body).toMatchObject({ network })
    }
    const { status, body } = await issue(api, { key: 'f/k.m3u8', media: true, bind: 'none', network })
    expect([status, body['bind']]).toEqual([201, 'none'])
  })

  test.each([
    ['without IPv6', gate, {}, 'an IPv4 network: this deployment has no IPv6'],
    [
      'for a folder that is bound to an address',
      ipv6,
      { key: 'f/k.m3u8', media: true, bind: 'exact' },
      `an IPv4 network, or bind "client": the cookies of a folder can't be bound to an IPv6 address`,
    ],
  ])('%s is refused, as no viewer could open it', async (...row) => {
    const [, deployment, body, allowed] = row
    const refused = await issue(testApi({}, deployment), { ...body, network })
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([{ field: 'network', got: JSON.stringify(network), allowed }])
  })
})
