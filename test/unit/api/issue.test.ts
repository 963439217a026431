import { describe, expect, test } from 'vitest'
import type { LinkStore } from '../../../api/ports.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { type LinkId, linkIdOf } from '../../../shared/link.ts'
import { type Nonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { rateLimit, testApi } from '../../support/api/api.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, plain, secondsFromNoon } from '../../support/table/links.ts'
import { testObject } from '../../support/api/memory-objects.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const nonceIn = (url: string | undefined) => (url ?? '').slice('https://files.example.com/d/'.length) as Nonce
const claimsIn = (url: string | undefined) => verifyNonce(parseNonce(nonceIn(url))!, testKeys.mac)

describe('issuing a link', () => {
  test('returns 201 with a URL whose nonce has the claims of the request, and stores the link by its id', async () => {
    const api = testApi()
    const input = {
      key: 'a b.pdf',
      expiresIn: 600,
      urlSeconds: 60,
      bind: 'prefix',
      network: '10.0.0.0/8',
      filename: 'B.pdf',
    }
    const { status, headers, body } = await api.call('POST', '/links', {
      body: { ...input, homeRegion: 'eu-west-1', reference: 'case 17' },
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: linkIdOf(nonceIn(body.url)),
      url: expect.stringMatching(/^https:\/\/files\.example\.com\/d\/[\w-]{43}$/),
      expiresAt: '2026-11-24T12:10:00Z',
      homeRegion: 'eu-west-1',
      urlSeconds: 60,
      bind: 'prefix',
      reference: 'case 17',
      pinned: true,
      ...testObject,
    })
    expect(headers).toEqual({
      ...securityHeaders,
      ...rateLimit,
      'content-type': 'application/json',
      location: `links/${body.id}`,
    })
    expect(claimsIn(body.url)).toEqual({
      flags: { ...plain, bound: true },
      homeRegion: 'eu-west-1',
      expiresAt: secondsFromNoon(600),
    })
    const { expiresIn: _, ...kept } = input
    expect(await api.store.links.find(linkIdOf(nonceIn(body.url)), 'eu-west-1')).toEqual({
      ...kept,
      ...testObject,
      id: body.id,
      homeRegion: 'eu-west-1',
      reference: 'case 17',
      issuedAt: secondsFromNoon(0),
      expiresAt: secondsFromNoon(600),
      purgeAt: secondsFromNoon(600 + 3605),
    })
  })

  test('needs only a key: a day, 30 seconds, bound to the address, at the first home', async () => {
    const api = testApi()
    const { body } = await api.call('POST', '/links', { body: { key: 'k' } })
    expect(await api.store.links.find(linkIdOf(nonceIn(body.url)), 'us-east-1')).toEqual({
      ...testObject,
      id: body.id,
      key: 'k',
      homeRegion: 'us-east-1',
      issuedAt: secondsFromNoon(0),
      expiresAt: secondsFromNoon(86_400),
      purgeAt: secondsFromNoon(86_400 + 3605),
      urlSeconds: 30,
      bind: 'exact',
    })
  })

  test('accepts every life and length up to its limit', async () => {
    const api = testApi()
    const issue = async (body: object) => (await api.call('POST', '/links', { body })).status
    expect(await issue({ key: 'k', expiresIn: 10 })).toBe(201)
    expect(await issue({ key: 'k', expiresIn: 604_800 })).toBe(201)
    expect(await issue({ key: 'k', filename: '😀'.repeat(100) + 'y'.repeat(155) })).toBe(201)
    expect(await issue({ key: 'x'.repeat(1024), filename: 'y'.repeat(255), reference: 'z'.repeat(200) })).toBe(201)
    // 1 + 6 * 475 + 6 characters once encoded, and 43 of its version: 2,900.
    expect(await issue({ key: `${'ü'.repeat(475)}aaaaaa` })).toBe(201)
    expect(await issue({ key: `${'ü'.repeat(475)}aaaaaaa` })).toBe(400)
    expect(await issue({ key: 'a/b\u202egnp.exe', filename: 'b.exe' })).toBe(201)
    expect(await issue({ key: 'a\u202eb/index.m3u8', media: true })).toBe(201)
    expect(await issue({ key: 'f/\u202eindex.m3u8', media: 'folder' })).toBe(201)
    expect(await issue({ key: 'k', expiresIn: 60, notBefore: '2026-11-24T12:00:59Z' })).toBe(201)
    expect(await issue({ key: 'k', expiresIn: 60, notBefore: '1970-01-01T00:00:00Z' })).toBe(201)
  })

  test('accepts thirty days if maxLinkSeconds does, and the link works until its last second', async () => {
    const month = 30 * 24 * 3600
    const deployment = { maxLinkSeconds: month }
    const api = testApi({}, deployment)
    const issue = (expiresIn: number) => api.call('POST', '/links', { body: { key: 'k', expiresIn } })
    expect((await issue(month + 1)).body.errors?.[0]).toMatchObject({ field: 'expiresIn' })
    const [first, second] = [await issue(month), await issue(month)]
    const edge = testEdge({ table: api.store.table }, deployment)
    const open = async ({ body: { url } }: typeof first) =>
      (await edge.open(viewerRequest({ uri: new URL(url ?? '').pathname }))).status
    edge.clock.advance((month - 1) * 1000)
    expect(await open(first)).toBe('302')
    edge.clock.advance(1000)
    expect(await open(second)).toBe('403')
    expect(edge.lines.at(-1)).toMatchObject({ reason: 'expired' })
  })

  test('accepts an absolute expiry', async () => {
    const { body } = await testApi().call('POST', '/links', { body: { key: 'k', expiresAt: '2026-11-25T00:00:00Z' } })
    expect(body['expiresAt']).toBe('2026-11-25T00:00:00Z')
  })

  test('with a fraction of a second in its times has it cut off, and is the same request', async () => {
    const api = testApi()
    const issue = (fraction: string, key = 'k') => {
      const times = { notBefore: `2026-11-24T13:00:00${fraction}Z`, expiresAt: `2026-11-25T00:00:00${fraction}Z` }
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      return api.call('POST', '/links', { body: { key: 'k', ...times }, headers })
    }
    const first = await issue('.999999999')
    expect(first).toMatchObject({ status: 201, body: { expiresAt: '2026-11-25T00:00:00Z' } })
    for (const fraction of ['', '.000', '.1']) expect((await issue(fraction)).body).toEqual(first.body)
    expect((await api.call('GET', `/links/${first.body.id}`)).body).toMatchObject({ notBefore: '2026-11-24T13:00:00Z' })
    for (const wrong of ['.', '.1.1', '.1+', ',5', '. 5']) expect((await issue(wrong, 'other')).status).toBe(400)
  })

  test('makes a fresh nonce for each attempt, so that a late write makes no used link live again', async () => {
    const { links } = memoryStore()
    const written: string[] = []
    const put: LinkStore['put'] = async (link, region) => {
      written.push(link.id)
      return written.length < 3 ? 'unsure' : links.put(link, region)
    }
    const { status, body } = await testApi({ links: { ...links, put } }).call('POST', '/links', { body: { key: 'k' } })
    expect(status).toBe(201)
    expect(new Set(written).size).toBe(3)
    expect(body.id).toBe(written[2])
  })
})

describe('a wrong field is named, with what it got and what is allowed', () => {
  const wrong: [string, object, string][] = [
    ['key', { key: 'd/x' }, 'not under d/'],
    ['key', { key: 'once-pages/403.html' }, 'or once-pages/, which are the paths of links and of error pages'],
    ['key', { key: '😀'.repeat(255) }, 'at most 2900 characters once percent-encoded'],
    ['expiresIn', { key: 'k', expiresIn: 1e15, notBefore: '2026-11-25T12:00:00Z' }, '10 to 604800 seconds'],
    ['expiresAt', { key: 'k', expiresAt: '2026-11-24T11:00:00Z' }, '10 to 604800 seconds'],
    ['expiresAt', { key: 'k', expiresAt: '2026-11-31T11:00:00Z' }, 'a time such as'],
    ['notBefore', { key: 'k', notBefore: '2106-02-07T06:28:16Z' }, 'a time such as'],
    ['notBefore', { key: 'k', expiresIn: 60, notBefore: '2026-11-24T12:01:00Z' }, 'before the link expires'],
    ['expiresAt', { key: 'k', expiresIn: 600, expiresAt: '2026-11-24T12:10:00Z' }, 'one of the two'],
    ['urlSeconds', { key: 'k', urlSeconds: 43_201, media: 'object' }, 'from 5 to 43200 with bind "exact" and media'],
    ['filename', { key: 'a/b\u202egnp.exe' }, 'a name for the file, since the last segment of key has characters'],
    ['versionId', { key: 'k', versionId: 'v', allowMissing: true }, 'one of the two'],
    ['versionId', { key: 'f/k', versionId: 'v', media: 'folder' }, 'no versionId with media "folder"'],
    ['homeRegion', { key: 'k', homeRegion: 'ap-south-1' }, 'one of us-east-1, eu-west-1'],
    ['media', { key: 'k', media: 'folder' }, 'outside of folders "object"'],
    ['key', { key: `${'x'.repeat(1022)}/k`, media: 'object', filename: 'ü'.repeat(255) }, 'at most 2900 characters'],
    [
      'key',
      { key: `${'ü'.repeat(180)}/k`, media: 'folder' },
      'with media "folder" a folder of at most 1024 characters',
    ],
    ['filename', { key: 'film/index.mpd', media: true, filename: 'x' }, 'no filename with media true'],
    ['constructor', JSON.parse('{"key": "k", "constructor": {"prototype": 1}}') as object, 'only the documented'],
    ['__proto__', JSON.parse('{"key": "k", "__proto__": {"key": "l"}}') as object, 'only the documented fields'],
    ['key', JSON.parse('{"__proto__": {"key": "l"}}') as object, '1 to 1024 bytes'],
  ]

  test.each(wrong)('%s in %j', async (field, body, allowed) => {
    const api = testApi()
    const response = await api.call('POST', '/links', { body })
    expect(response).toMatchObject({
      status: 400,
      body: { reason: 'invalid-fields' },
      headers: { 'content-type': 'application/problem+json' },
    })
    expect(response.body.errors).toContainEqual({
      field,
      got: expect.any(String),
      allowed: expect.stringContaining(allowed),
    })
    expect(response.body['detail']).toContain(`${field}: got `)
  })
})

describe('a request that is refused before its fields are checked', () => {
  const json = { 'content-type': 'application/json' }
  const inBase64 = (text: string, as: BufferEncoding) => ({
    body: Buffer.from(text, as).toString('base64'),
    base64: true,
  })
  test.each([
    ['POST', '/links', { headers: json }, 400, 'invalid-json'],
    ['POST', '/links', { headers: json, body: `"${'x'.repeat(16_382)}"` }, 400, 'invalid-fields'],
    ['POST', '/links', { headers: json, body: `"${'x'.repeat(16_383)}"` }, 413, 'body-too-large'],
    ['POST', '/links', { headers: json, body: 'null' }, 400, 'invalid-fields'],
    ['POST', '/links', { headers: json, body: '{"key":1e400}' }, 400, 'invalid-fields'],
    ['POST', '/links', { headers: json, ...inBase64('{"key":"k"}', 'utf16le') }, 400, 'invalid-json'],
    ['POST', '/links', { headers: json, ...inBase64('{"key":"\xff"}', 'latin1') }, 400, 'invalid-json'],
    ['POST', '/links', { headers: { 'content-type': 'text/plain' }, body: '{"key":"k"}' }, 415, 'not-json'],
    ['GET', '/', {}, 404, 'no-such-route'],
  ] as const)('%s %s %j', async (...row) => {
    const [method, path, request, status, reason] = row
    const response = await testApi().call(method, path, request)
    expect(response).toMatchObject({ status, body: { reason } })
    expect(response.headers).toMatchObject({ ...securityHeaders, 'content-type': 'application/problem+json' })
  })

  test('an error gets 503 without its message', async () => {
    const current = async () => {
      throw new Error('secret words', { cause: new RangeError('secret words') })
    }
    const api = testApi({ keyring: { current } })
    const response = await api.call('POST', '/links', { body: { key: 'k' } })
    expect(response.status).toBe(503)
    expect(JSON.stringify([response, api.lines])).not.toContain('secret words')
    expect(api.lines).toMatchObject([{ outcome: 'refused', status: 503, reason: 'unavailable', error: 'RangeError' }])
  })
})

test('a log line has the outcome, and nothing of the nonce or the object', async () => {
  const api = testApi()
  const { body } = await api.call('POST', '/links', { body: { key: 'patients/17.pdf', filename: 'x.pdf' } })
  expect(api.lines).toEqual([{ outcome: 'issued', status: 201, linkId: body.id, requestId: 'r-1', ms: 0 }])
})

test('an error repeats a deeply nested value only to a limited depth', async () => {
  const deep = `${'['.repeat(8000)}${']'.repeat(8000)}`
  const { status, body } = await testApi().call('POST', '/links', { body: `{"key": ${deep}}` })
  expect(status).toBe(400)
  expect(body.errors).toEqual([
    { field: 'key', got: '[[[["…"]]]]', allowed: expect.stringContaining('1 to 1024 bytes') },
  ])
})

test('an error shortens a long value or name, never within a character', async () => {
  const cut = await testApi().call('POST', '/links', {
    body: { key: `x${'😀'.repeat(60)}*`, [`${'y'.repeat(99)}😀`]: 1, '\ud800 half': 1 },
  })
  expect(cut.body.errors).toMatchObject([
    { field: 'key', got: `"x${'😀'.repeat(49)}…` },
    { field: 'y'.repeat(99), got: 'a field that is not known' },
    { field: '\ufffd half', got: 'a field that is not known' },
  ])
})

test('of a thousand unknown fields, a response names twenty', async () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]))
  expect((await testApi().call('POST', '/links', { body: many })).body.errors).toHaveLength(1 + 20)
})

describe('a link for a player', () => {
  test('has a capability for an hour by default and half a day at most, and its item stays at least as long', async () => {
    const api = testApi()
    const issue = async (body: object) => {
      const { id } = (await api.call('POST', '/links', { body: { key: 'film/index.m3u8', ...body } })).body
      return api.store.links.find(id as LinkId, 'us-east-1')
    }
    expect(await issue({ media: true })).toMatchObject({ media: 'folder', urlSeconds: 3600, state: 'live' })
    expect(await issue({ media: true, key: 'film.mp4' })).toMatchObject({ media: 'object', urlSeconds: 3600 })
    expect(await issue({ media: 'object' })).toMatchObject({ media: 'object' })
    expect(await issue({ media: false })).not.toHaveProperty('media')
    expect(await issue({ media: true, receipt: false })).not.toHaveProperty('state')
    expect(await issue({ media: 'object', urlSeconds: 43_200, expiresIn: 60, receipt: false })).toMatchObject({
      urlSeconds: 43_200,
      purgeAt: secondsFromNoon(60 + 43_205),
    })
    expect(await issue({ key: `${'ü'.repeat(170)}/k`, media: 'folder' })).toMatchObject({ media: 'folder' })
  })

  test('has a flag in its nonce, as one that requires a confirmation does', async () => {
    const { body } = await testApi().call('POST', '/links', { body: { key: 'a.mp4', media: true, confirm: true } })
    expect(claimsIn(body.url)).toMatchObject({ flags: { confirm: true, media: true, receipt: true } })
  })
})

describe('a link that requires a confirmation', () => {
  test('keeps a receipt by default, so that pressing the button twice costs nothing', async () => {
    const api = testApi()
    const flags = async (body: object) => {
      const { url } = (await api.call('POST', '/links', { body: { key: 'k', ...body } })).body
      return claimsIn(url)
    }
    expect(await flags({ confirm: true })).toMatchObject({ flags: { confirm: true, receipt: true } })
    expect(await flags({ confirm: true, receipt: false })).toMatchObject({ flags: { confirm: true, receipt: false } })
    expect(await flags({ confirm: false })).toMatchObject({ flags: { confirm: false, receipt: false } })
  })
})

describe('while a home Region is being removed', () => {
  const leaving = () =>
    testApi({}, { homeRegions: ['us-east-1', 'eu-west-1', 'us-west-2'], leavingRegions: ['eu-west-1'] })

  test('it gets no new links, and the refusal names those that do', async () => {
    const { status, body } = await leaving().call('POST', '/links', { body: { key: 'k', homeRegion: 'eu-west-1' } })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(
      'one of us-east-1, us-west-2: that Region is being removed and gets no new links',
    )
  })

  test('others do, by default the first', async () => {
    const { call } = leaving()
    expect((await call('POST', '/links', { body: { key: 'k' } })).body).toMatchObject({ homeRegion: 'us-east-1' })
    expect((await call('POST', '/links', { body: { key: 'k', homeRegion: 'us-west-2' } })).status).toBe(201)
  })

  test('links that it has are shown and revoked', async () => {
    const { store, call } = leaving()
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    await store.links.put(link, 'eu-west-1')
    expect((await call('GET', `/links/${link.id}`)).body).toMatchObject({ homeRegion: 'eu-west-1', state: 'live' })
    expect((await call('DELETE', `/links/${link.id}`)).status).toBe(204)
  })
})

describe('an API in a private network', () => {
  const privateApi = () => testApi({}, { network: 'private', homeRegions: ['eu-west-1', 'us-east-1'] })

  test('refuses another home Region with the reason', async () => {
    const { status, body } = await privateApi().call('POST', '/links', { body: { key: 'a', homeRegion: 'us-east-1' } })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      {
        field: 'homeRegion',
        got: '"us-east-1"',
        allowed: 'one of eu-west-1: this API is in a private network and reaches no other Region',
      },
    ])
  })
})
