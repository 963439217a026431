import { describe, expect, test } from 'vitest'
import { scannedObjects } from '../../../api/scanned-objects.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { type TestApi, testApi } from '../../support/api/api.ts'
import { memoryObjects, testObject } from '../../support/api/memory-objects.ts'
import { memoryScan, type MemoryScan } from '../../support/api/memory-scan.ts'

/** Makes objects of which those below two prefixes are uploaded. */
function withIssuers(keys?: readonly string[]) {
  const uploader = { id: 'up', principal: '111122223333', prefixes: ['in/', 'site/in/'], verbs: ['upload'] } as const
  const reader = { id: 'reader', principal: '111122223333', prefixes: [''], verbs: ['issue'] } as const
  const [scan, stored] = [memoryScan(keys), memoryObjects()]
  const deployment = { issuers: [uploader, reader], scanUnsupported: 'refuse' } as const
  return { objects: scannedObjects(stored, scan, deployment), scan, stored }
}

/** Makes an api whose objects are scanned. */
function scanning(scan: MemoryScan = memoryScan(), deployment: Partial<WithIssuers> = {}) {
  const settings = { scan: 'guardduty', scanUnsupported: 'refuse', ...deployment } as const
  const stored = memoryObjects()
  return { ...testApi({ objects: scannedObjects(stored, scan, settings) }, settings), scan, stored }
}

const issue = (api: TestApi, body: object, key = 'k') =>
  api.call('POST', '/links', { body, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key } })

const issued = async ({ store }: TestApi) => {
  const pages = await store.listings.page({ reference: undefined, after: undefined, limit: 100 }, 'us-east-1')
  return pages.links.length
}

test.each([
  ['in/received', true, 'https://send.example.com/api'],
  ['ask/received', true, 'https://send.example.com/api'],
  ['ask/2026/received', true, 'https://send.example.com/api'],
  ['ask/received', false, undefined],
  ['ask/notreceived', false, 'https://send.example.com/api'],
  ['other/received', false, 'https://send.example.com/api'],
])(
  'a file that a link took is scanned below the prefix of who asks: %s %s, with the api at %s',
  async (folder, isScanned, uploadApi) => {
    const of = { id: 'up', principal: '111122223333' } as const
    const issuers = [
      { ...of, prefixes: ['in/'], verbs: ['upload'] },
      { ...of, prefixes: ['ask/'], verbs: ['ask'] },
    ] as const
    const [scan, stored] = [memoryScan(), memoryObjects()]
    const objects = scannedObjects(stored, scan, { issuers, scanUnsupported: 'refuse', uploadApi })
    const key = `${folder}/${'l'.repeat(22)}/${'r'.repeat(22)}` as ObjectKey
    scan.results.set(key, undefined)
    expect(await objects.look({ key })).toMatchObject(isScanned ? { kind: 'not-clean' } : testObject)
  },
)

describe('where objects are scanned', () => {
  test('a link is for the version that was found clean, which is then looked at', async () => {
    const api = scanning()
    const { status, body } = await issue(api, { key: 'in/a' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ pinned: true, ...testObject })
    expect(api.stored.looks).toEqual([{ key: 'in/a', versionId: testObject.versionId }])
  })

  test('before a result nothing is looked at or issued, and the same request may be sent again', async () => {
    const api = scanning()
    api.scan.results.set('in/a', undefined)
    const { status, body, headers } = await issue(api, { key: 'in/a' })
    expect({ status, reason: body.reason }).toEqual({ status: 409, reason: 'object-unchecked' })
    expect(headers['retry-after']).toBe('5')
    expect(body.errors).toEqual([
      { field: 'key', got: 'no result of its scan yet', allowed: 'NO_THREATS_FOUND of "in/a"' },
    ])
    expect(api.stored.looks).toEqual([])
    expect(await issued(api)).toBe(0)
    api.scan.results.delete('in/a')
    expect((await issue(api, { key: 'in/a' })).status).toBe(201)
  })

  test.each(['THREATS_FOUND', 'UNSUPPORTED', 'FAILED', 'ACCESS_DENIED', 'OF_A_LATER_RELEASE'])(
    'after the result %s there is no link',
    async result => {
      const api = scanning()
      api.scan.results.set('in/a', result)
      const { status, body } = await issue(api, { key: 'in/a' })
      expect({ status, reason: body.reason }).toEqual({ status: 422, reason: 'object-refused' })
      expect(body.errors).toEqual([{ field: 'key', got: result, allowed: 'NO_THREATS_FOUND of "in/a"' }])
      expect(await issued(api)).toBe(0)
    },
  )

  test.each([
    ['UNSUPPORTED', 201],
    ['FAILED', 201],
    ['ACCESS_DENIED', 201],
    ['THREATS_FOUND', 422],
    ['OF_A_LATER_RELEASE', 422],
  ])('with scanUnsupported "allow", the result %s is %d', async (result, status) => {
    const api = scanning(memoryScan(), { scanUnsupported: 'allow' })
    api.scan.results.set('in/a', result)
    expect((await issue(api, { key: 'in/a' })).status).toBe(status)
  })

  test('only what is uploaded is scanned, and the rest is looked at as it is', async () => {
    const { objects, scan, stored } = withIssuers()
    for (const key of ['in/a', 'other/a']) scan.results.set(key, undefined)
    expect(await objects.look({ key: 'in/a' as ObjectKey })).toMatchObject({ kind: 'not-clean' })
    expect(await objects.look({ key: 'other/a' as ObjectKey })).toEqual(testObject)
    expect(stored.looks).toEqual([{ key: 'other/a' }])
  })

  test('a missing object is missing', async () => {
    const api = scanning({ ...memoryScan(), find: async () => 'missing' })
    expect((await issue(api, { key: 'in/a' })).body.reason).toBe('object-missing')
  })

  test('allowMissing is refused by its name', async () => {
    const { status, body } = await issue(scanning(), { key: 'in/a', allowMissing: true })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { field: 'allowMissing', got: 'true', allowed: expect.stringMatching(/^no allowMissing: .*`scan`/) },
    ])
  })

  test('in a batch, each object is asked about once, and only its links wait', async () => {
    const api = scanning()
    api.scan.results.set('in/slow', undefined)
    const links = ['in/a', 'in/slow', 'in/a', 'in/slow'].map(key => ({ key }))
    const { body } = await api.call('POST', '/links/batch', { body: { links } })
    const results = body['results'] as readonly { status: number; retryAfterSeconds?: number }[]
    expect(results.map(({ status, retryAfterSeconds }) => ({ status, retryAfterSeconds }))).toEqual([
      { status: 201 },
      { status: 409, retryAfterSeconds: 5 },
      { status: 201 },
      { status: 409, retryAfterSeconds: 5 },
    ])
    expect(api.scan.asked.toSorted()).toEqual(['in/a', 'in/slow'])
  })
})

describe('a folder', () => {
  const film = { key: 'in/film/index.m3u8', media: true }
  const keys = ['in/film/index.m3u8', ...Array.from({ length: 60 }, (_, index) => `in/film/${index}.ts`)]

  test('is issued if all its objects are clean, each asked about', async () => {
    const api = scanning(memoryScan(keys))
    expect((await issue(api, film)).body).toMatchObject({ pinned: false, size: testObject.size })
    expect(new Set(api.scan.asked)).toEqual(new Set(keys))
  })

  test.each([
    [undefined, 409, 'no result of its scan yet'],
    ['THREATS_FOUND', 422, 'THREATS_FOUND'],
  ])('is not, if one of them has the result %s, which the refusal names', async (result, status, got) => {
    const api = scanning(memoryScan(keys))
    api.scan.results.set('in/film/59.ts', result)
    const answer = await issue(api, film)
    expect(answer.status).toBe(status)
    expect(answer.body.errors).toEqual([{ field: 'key', got, allowed: 'NO_THREATS_FOUND of "in/film/59.ts"' }])
  })

  test('with a bad object is refused, although another has no result yet', async () => {
    const api = scanning(memoryScan(keys))
    api.scan.results.set('in/film/1.ts', undefined).set('in/film/59.ts', 'UNSUPPORTED')
    expect((await issue(api, film)).body.reason).toBe('object-refused')
  })

  test('with more objects than S3 lists at once is refused', async () => {
    const { status, body } = await issue(scanning(), film)
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { field: 'key', got: 'more than 1000 objects', allowed: expect.stringContaining('"in/film/"') },
    ])
  })

  test('counts as far as it is uploaded, and not at all where nothing is', async () => {
    const { objects, scan } = withIssuers(['site/index.m3u8', 'site/in/a.ts', 'site/in/b.ts'])
    scan.results.set('site/index.m3u8', undefined).set('site/in/b.ts', 'FAILED')
    const look = async (key: string) => objects.look({ key: key as ObjectKey, media: 'folder' })
    expect(await look('site/index.m3u8')).toEqual({ kind: 'not-clean', key: 'site/in/b.ts', result: 'FAILED' })
    expect(await look('other/index.m3u8')).toEqual(testObject)
  })
})
