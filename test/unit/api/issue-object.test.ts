import { describe, expect, test } from 'vitest'
import type { ApiPorts, Objects } from '../../../api/ports.ts'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import type { VersionId } from '../../../shared/object-key.ts'
import { type ApiAnswer, testApi, type TestApi } from '../../support/api/api.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryObjects, testObject } from '../../support/api/memory-objects.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

const other = { ...testObject, versionId: 'other.version_2' as VersionId, size: 7 }
const issue = (api: TestApi, body: object, idempotencyKey?: string): Promise<ApiAnswer> => {
  const key = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
  return api.call('POST', '/links', { body, headers: { 'Content-Type': 'application/json', ...key } })
}
const stored = (api: TestApi, { body }: ApiAnswer) =>
  api.store.links.find(linkIdOf(String(body.url).slice(-43) as Nonce), 'us-east-1')

/** Makes a bucket without the object `k`. */
function withoutK(): ReturnType<typeof memoryObjects> {
  const objects = memoryObjects()
  objects.remove('k')
  return objects
}

/** Makes a bucket whose looks fail while `isDown()` is true. */
function failing(isDown = () => true): Objects {
  const { look } = memoryObjects()
  return { look: async object => (isDown() ? Promise.reject(new RangeError('no response')) : look(object)) }
}

/** Returns ports that count what is written. */
function countingPuts(): { readonly ports: Pick<ApiPorts, 'links'>; readonly puts: () => number } {
  const { links } = memoryStore()
  let puts = 0
  return { ports: { links: { ...links, put: (...args) => ((puts += 1), links.put(...args)) } }, puts: () => puts }
}

describe('issuing looks at the object', () => {
  test('and pins the link to the version that is the latest now', async () => {
    const api = testApi()
    const response = await issue(api, { key: 'k' })
    api.objects.write('k', other)
    expect(response).toMatchObject({ status: 201, body: { pinned: true, ...testObject } })
    expect(await stored(api, response)).toMatchObject(testObject)
    expect((await api.call('GET', `/links/${response.body.id}`)).body).toMatchObject({ pinned: true, ...testObject })
    expect((await issue(api, { key: 'k' })).body).toMatchObject({ pinned: true, ...other })
  })

  test('and pins it to the version that the issuer names, although there is a later one', async () => {
    const api = testApi()
    api.objects.write('k', other)
    const response = await issue(api, { key: 'k', versionId: testObject.versionId })
    expect(response).toMatchObject({ status: 201, body: { pinned: true, ...testObject } })
    expect(api.objects.looks).toEqual([{ key: 'k', versionId: testObject.versionId }])
  })

  test('and refuses a missing one with its whole key, and writes nothing', async () => {
    const key = `${'x'.repeat(300)}.pdf`
    const { ports, puts } = countingPuts()
    const api = testApi(ports)
    api.objects.remove(key)
    const { status, body } = await issue(api, { key })
    expect({ status, reason: body.reason }).toEqual({ status: 422, reason: 'object-missing' })
    expect(body.errors).toEqual([
      { field: 'key', got: JSON.stringify(key), allowed: expect.stringContaining('"allowMissing": true') },
    ])
    expect(body['detail']).toContain(key)
    expect(puts()).toBe(0)
    expect(api.lines).toEqual([{ outcome: 'refused', status: 422, reason: 'object-missing', requestId: 'r-1', ms: 0 }])
  })

  test('and refuses a missing version with key and version', async () => {
    const { body, status } = await issue(testApi(), { key: 'k', versionId: 'v1' })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ field: 'versionId', got: '"v1"', allowed: 'a version that the bucket has of "k"' }])
  })

  test('after a delete marker, refuses the key and accepts its version', async () => {
    const api = testApi()
    api.objects.hide('k')
    expect((await issue(api, { key: 'k' })).status).toBe(422)
    expect((await issue(api, { key: 'k', versionId: testObject.versionId })).body).toMatchObject({ pinned: true })
  })

  test('and is 503 if S3 does not respond: nothing is written, with allowMissing, too', async () => {
    const { ports, puts } = countingPuts()
    const api = testApi({ ...ports, objects: failing() })
    for (const body of [{ key: 'k' }, { key: 'k', allowMissing: true }, { key: 'k', versionId: 'v' }]) {
      expect(await issue(api, body)).toMatchObject({ status: 503, body: { reason: 'unavailable' } })
    }
    expect(puts()).toBe(0)
    expect(api.lines.map(({ error }) => error)).toEqual(['RangeError', 'RangeError', 'RangeError'])
  })

  test('and refuses one that CloudFront does not deliver, named by the key or by a version, and writes nothing', async () => {
    const { ports, puts } = countingPuts()
    const api = testApi(ports)
    api.objects.write('k', { ...other, size: 50_000_000_001 })
    for (const more of [{}, { versionId: other.versionId }, { allowMissing: true }, { media: 'object' }]) {
      const { status, body } = await issue(api, { key: 'k', ...more })
      expect(status).toBe(400)
      expect(body.errors).toEqual([
        {
          field: 'key',
          got: 'an object of 50000000001 bytes',
          allowed: 'at most 50000000000 bytes: CloudFront delivers no larger file',
        },
      ])
    }
    expect(puts()).toBe(0)
    api.objects.write('k', { ...other, size: 50_000_000_000 })
    expect((await issue(api, { key: 'k' })).status).toBe(201)
  })

  test('only after a valid request', async () => {
    const api = testApi()
    await issue(api, { key: 'k', urlSeconds: 1 })
    await issue(api, { key: 'k', expiresIn: 604_801 })
    expect(api.objects.looks).toEqual([])
  })

  test('and refuses a version that makes the URL too long, named by the issuer or by S3', async () => {
    const { ports, puts } = countingPuts()
    const api = testApi(ports)
    const versionId = 'v'.repeat(1024) as VersionId
    const key = 'ü'.repeat(400)
    api.objects.write(key, { ...testObject, versionId })
    for (const more of [{}, { versionId }]) {
      const { status, body } = await issue(api, { key, ...more }, 'i')
      expect(status).toBe(400)
      expect(body.errors).toMatchObject([{ field: 'key', got: '3436 characters once percent-encoded' }])
    }
    expect(puts()).toBe(0)
    expect(api.objects.looks).toHaveLength(1)
    expect((await issue(api, { key: 'l' }, 'i')).status).toBe(201)
  })
})

describe('a link is not pinned, and says so', () => {
  const unpinned = { pinned: false, size: 7 }

  test('if the bucket has no versions', async () => {
    const api = testApi()
    api.objects.write('k', { size: 7 })
    const response = await issue(api, { key: 'k' })
    expect(response.body).toMatchObject(unpinned)
    expect(response.body).not.toHaveProperty('versionId')
    expect((await api.call('GET', `/links/${response.body.id}`)).body).toMatchObject(unpinned)
    expect(await issue(api, { key: 'k', versionId: 'v' })).toMatchObject({ status: 422 })
  })

  test('if a server without versions ignores the version that the issuer names, the link is refused', async () => {
    const api = testApi({ objects: { look: async () => ({ size: 7 }) } })
    expect(await issue(api, { key: 'k', versionId: 'v' })).toMatchObject({
      status: 422,
      body: { reason: 'object-missing' },
    })
  })

  test('if there was no object, and the issuer allows that; an object that exists is pinned', async () => {
    const api = testApi({ objects: withoutK() })
    const missing = await issue(api, { key: 'k', allowMissing: true })
    expect(missing.status).toBe(201)
    expect(missing.body).toMatchObject({ pinned: false })
    expect(missing.body).not.toHaveProperty('size')
    expect((await issue(api, { key: 'l', allowMissing: true })).body).toMatchObject({ pinned: true, ...testObject })
    expect((await issue(api, { key: 'k', allowMissing: false })).status).toBe(422)
  })

  test('where the API can not look, unless the issuer names a version', async () => {
    const api = testApi({ objects: undefined as never })
    expect((await issue(api, { key: 'k' })).body).toMatchObject({ pinned: false })
    const named = await issue(api, { key: 'k', versionId: 'v.1' })
    expect(named.body).toMatchObject({ pinned: true, versionId: 'v.1' })
    expect(await stored(api, named)).toMatchObject({ versionId: 'v.1' })
  })

  test('if it is for a folder: its playlist must exist, and its size is known', async () => {
    const api = testApi()
    const film = { key: 'film/index.m3u8', media: true }
    const { body } = await issue(api, film)
    expect(body).toMatchObject({ pinned: false, size: testObject.size, contentType: testObject.contentType })
    expect(body).not.toHaveProperty('versionId')
    expect((await issue(api, { ...film, media: 'object' })).body).toMatchObject({ pinned: true })
    api.objects.remove(film.key)
    expect(await issue(api, film)).toMatchObject({ status: 422, body: { reason: 'object-missing' } })
    expect(await issue(api, { ...film, allowMissing: true })).toMatchObject({ status: 201, body: { pinned: false } })
  })
})

describe('with an Idempotency-Key', () => {
  test('a repeat gets the first version, without another look', async () => {
    const api = testApi()
    const first = await issue(api, { key: 'k' }, 'i')
    expect(first.body).toMatchObject({ pinned: true, ...testObject })
    expect(await stored(api, first)).toMatchObject(testObject)
    api.objects.write('k', other)
    const again = await issue(api, { key: 'k' }, 'i')
    expect(again).toMatchObject({ status: 201, body: first.body })
    expect(api.objects.looks).toHaveLength(1)
    api.objects.remove('k')
    expect((await issue(api, { key: 'k' }, 'i')).body).toEqual(first.body)
  })

  test('the key is reserved before the look, and the look precedes the write', async () => {
    const order: string[] = []
    const noted = <T>(name: string, value: T) => (order.push(name), value)
    const { links } = memoryStore()
    const [objects, idempotency] = [memoryObjects(), memoryIdempotencyStore()]
    const api = testApi({
      objects: { look: each => noted('look', objects.look(each)) },
      links: { ...links, put: (...args) => noted('put', links.put(...args)) },
      idempotency: {
        ...idempotency,
        reserve: (...args) => noted('reserve', idempotency.reserve(...args)),
        complete: (...args) => noted('complete', idempotency.complete(...args)),
        release: record => noted('release', idempotency.release(record)),
      },
    })
    await issue(api, { key: 'k' }, 'i')
    expect(order).toEqual(['reserve', 'look', 'put', 'complete'])
  })

  test('after a missing object, the key is free at once, for this request and any other', async () => {
    const api = testApi({ objects: withoutK() })
    expect((await issue(api, { key: 'k' }, 'i')).body.reason).toBe('object-missing')
    expect((await issue(api, { key: 'k' }, 'i')).body.reason).toBe('object-missing')
    expect((await issue(api, { key: 'l' }, 'i')).status).toBe(201)
  })

  test('after a look that failed, the key is free at once', async () => {
    let isDown = true
    const api = testApi({ objects: failing(() => isDown) })
    expect((await issue(api, { key: 'k' }, 'i')).status).toBe(503)
    isDown = false
    expect((await issue(api, { key: 'k' }, 'i')).status).toBe(201)
  })

  test('if the release fails, the response is the same, and the key is free when its lease ends', async () => {
    const release = async () => Promise.reject(new Error('no response'))
    const api = testApi({ objects: withoutK(), idempotency: { ...memoryIdempotencyStore(), release } })
    expect((await issue(api, { key: 'k' }, 'i')).body.reason).toBe('object-missing')
    expect((await issue(api, { key: 'k' }, 'i')).body.reason).toBe('idempotency-key-in-use')
    api.clock.advance(30_000)
    expect((await issue(api, { key: 'k' }, 'i')).body.reason).toBe('object-missing')
  })

  test('a request whose lease ended while it looked does not free the key that a later request has', async () => {
    const looks: ((found: 'missing') => void)[] = []
    const { look } = memoryObjects()
    const slow: Objects = { look: each => (looks.length === 0 ? new Promise(found => looks.push(found)) : look(each)) }
    const api = testApi({ objects: slow })
    const late = issue(api, { key: 'k' }, 'i')
    await expect.poll(() => looks.length).toBe(1)
    api.clock.advance(30_000)
    const first = await issue(api, { key: 'k' }, 'i')
    expect(first.status).toBe(201)
    looks[0]!('missing')
    expect((await late).status).toBe(422)
    expect((await issue(api, { key: 'k' }, 'i')).body).toEqual(first.body)
  })

  test('a version or allowMissing makes another request', async () => {
    const api = testApi()
    await issue(api, { key: 'k' }, 'i')
    for (const more of [{ versionId: testObject.versionId }, { allowMissing: true }]) {
      expect((await issue(api, { key: 'k', ...more }, 'i')).body.reason).toBe('idempotency-key-reused')
    }
    expect((await issue(api, { key: 'k', allowMissing: false }, 'i')).status).toBe(201)
  })
})

describe('in a batch', () => {
  const issueAll = async (api: TestApi, links: readonly object[], more: object = {}) =>
    (await api.call('POST', '/links/batch', { body: { links }, ...more })).body['results'] as {
      status: number
      problem?: { reason: string; detail: string }
    }[]

  test('a missing object or a failing look affects its own link only', async () => {
    const objects = withoutK()
    const look: Objects['look'] = async each =>
      each.key === 'down' ? Promise.reject(new Error('no response')) : objects.look(each)
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'i' }
    const api = testApi({ objects: { look } })
    const links = [{ key: 'a' }, { key: 'k' }, { key: 'down' }, { key: 'b' }, { key: 'k', allowMissing: true }]
    const results = await issueAll(api, links, { headers })
    expect(results.map(({ status, problem }) => problem?.reason ?? status)).toEqual([
      201,
      'object-missing',
      'unavailable',
      201,
      201,
    ])
    expect(results[1]?.problem?.detail).toContain('"k"')
    objects.write('k', other)
    const again = await issueAll(api, links, { headers })
    expect(again.map(({ status }) => status)).toEqual([201, 201, 503, 201, 201])
    expect(again[0]).toEqual(results[0])
    expect(again[4]).toEqual(results[4])
  })
})
