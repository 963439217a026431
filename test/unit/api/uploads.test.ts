import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { accessControl } from '../../../api/access.ts'
import { type AuditEvent, createAudit } from '../../../api/audit.ts'
import { callerHash } from '../../../api/principal.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import { maxFileBytes } from '../../../shared/limits.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { maxParts } from '../../../shared/schemas/upload.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { asRole, asToken, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryBucket, memoryOpenUploads, partOf, testUploads } from '../../support/api/uploads.ts'

type Api = ReturnType<typeof testUploads>
type Request = Parameters<Api['call']>[2]

const mebibyte = 1024 ** 2
const json = { 'Content-Type': 'application/json' }
const keyed = (key: string) => ({ headers: { ...json, 'Idempotency-Key': key } })
const dayMs = 24 * 3600 * 1000
const fails = async () => Promise.reject(new Error('not there'))

/** Begins an upload of `bytes`, 10 by default. */
async function begin(api: Api, body: object = { filename: 'a.txt', bytes: 10 }, request: Request = {}) {
  return api.call('POST', '/uploads', { body, ...request })
}

/** Requests on one upload. */
function on(api: Api, id: unknown) {
  const path = `/uploads/${String(id)}`
  return {
    sign: (parts: readonly object[], request: Request = {}) =>
      api.call('POST', `${path}/parts`, { body: { parts }, ...request }),
    complete: (bytes: number, request: Request = {}, sha256?: string) =>
      api.call('POST', `${path}/complete`, { body: { bytes, sha256 }, ...request }),
    end: (request: Request = {}) => api.call('DELETE', path, request),
  }
}

/** Signs parts and sends them. */
async function send(api: Api, id: unknown, parts: readonly object[]): Promise<void> {
  const { body } = await on(api, id).sign(parts)
  for (const { url } of body['parts'] as { url: string }[]) api.bucket.send(url)
}

/** Begins an upload of ten bytes, sends them and completes it. */
async function uploadTen(api: Api, body: object = { filename: 'a.txt', bytes: 10 }, request: Request = {}) {
  const { body: begun } = await begin(api, body, request)
  await send(api, begun.id, [partOf(1, 10)])
  return { id: begun.id, ...(await on(api, begun.id).complete(10)) }
}

const one = (fields: object) =>
  issuersOf({
    id: 'reports',
    principal: roleArn('reports'),
    prefixes: ['reports/', 'films/'],
    verbs: ['upload'],
    ...fields,
  })

test('with `fileEnds`, what a caller with links of its own uploads says whose it is, and no other file does', async () => {
  const begun: (string | undefined)[] = []
  const bucket = memoryBucket()
  const begin = async (object: { key: ObjectKey; uploader?: string | undefined }) => {
    begun.push(object.uploader)
    return bucket.begin(object)
  }
  for (const [fileEnds, own] of [
    [true, true],
    [true, false],
    [false, true],
  ] as const) {
    const api = testUploads({ bucket: { ...bucket, begin } }, { fileEnds, issuers: one({ own }) })
    await api.call('POST', '/uploads', { body: { filename: 'a.txt' }, ...asRole('reports') })
  }
  expect(begun).toEqual([callerHash('111122223333/AROAREPORTS', testKeys.mac), undefined, undefined])
})

describe('the key of an upload', () => {
  test('is drawn, ends in the name of the file, and is never drawn twice', async () => {
    const api = testUploads()
    const keys = await Promise.all([1, 2].map(async () => (await begin(api)).body['key']))
    expect(keys[0]).toMatch(/^[\da-f]{32}\/a\.txt$/)
    expect(keys[1]).not.toBe(keys[0])
  })

  test('has _ for each character of the name that no key may have', async () => {
    const { body } = await begin(testUploads(), { filename: 'What *now*?.pdf' })
    expect(body['key']).toMatch(/^[\da-f]{32}\/What _now__\.pdf$/)
  })

  test.each([
    [['reports/', 'films/'], undefined, 'reports/'],
    [['reports/', 'films/'], ['films/', 'reports/'], 'reports/'],
    [['reports/', 'films/'], ['films/'], 'films/'],
    [['reports/'], ['reports/public/'], 'reports/public/'],
    [['reports/2026/'], ['reports/'], 'reports/2026/'],
    [[''], ['reports/'], 'reports/'],
  ])('of %j, where the distribution serves %j, begins with %s', async (prefixes, contentPrefixes, start) => {
    const deployment: Partial<WithIssuers> = { issuers: one({ prefixes }), ...(contentPrefixes && { contentPrefixes }) }
    const { body } = await begin(testUploads({}, deployment), { filename: 'a' }, asRole('reports'))
    expect(body['key']).toMatch(new RegExp(`^${start}[\\da-f]{32}/a$`))
  })

  test('can not be drawn where the distribution serves none of the prefixes', async () => {
    const api = testUploads({}, { issuers: one({}), contentPrefixes: ['other/'] })
    const { status, body } = await begin(api, { filename: 'a' }, asRole('reports'))
    expect({ status, field: body.errors?.[0]?.field }).toEqual({ status: 400, field: 'filename' })
  })

  test('may be named by an issuer, under its prefixes and those of the distribution', async () => {
    const api = testUploads({}, { issuers: one({}), contentPrefixes: ['reports/'] })
    const named = (key: string) => begin(api, { key }, asRole('reports'))
    expect(await named('reports/a.pdf')).toMatchObject({ status: 201, body: { key: 'reports/a.pdf' } })
    expect(await named('audits/a.pdf')).toMatchObject({ status: 403, body: { reason: 'key-not-allowed' } })
    expect(await named('films/a.mp4')).toMatchObject({ status: 400, body: { errors: [{ field: 'key' }] } })
    expect(await named(`reports/${'é'.repeat(500)}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'key' }] },
    })
  })

  test('may not be named by an issuer whose callers have their own links', async () => {
    const api = testUploads({}, { issuers: one({ own: true }) })
    const { body } = await begin(api, { key: 'reports/a.pdf' }, asRole('reports'))
    expect(body.errors).toEqual([
      { field: 'key', got: '"reports/a.pdf"', allowed: 'filename instead: the API draws the keys of issuer reports' },
    ])
    expect((await begin(api, { filename: 'a.pdf' }, asRole('reports'))).status).toBe(201)
  })
})

test.each([
  [{}, 'filename'],
  [{ filename: 'a', key: 'b' }, 'filename'],
  [{ filename: 'a', replace: true }, 'replace'],
  [{ filename: 'a/b' }, 'filename'],
  [{ filename: '..' }, 'filename'],
  [{ filename: 'a\\b' }, 'filename'],
  [{ filename: '😀'.repeat(255) }, 'filename'],
  [{ key: 'd/a' }, 'key'],
  [{ filename: 'a', bytes: -1 }, 'bytes'],
  [{ filename: 'a', bytes: 50_000_000_001 }, 'bytes'],
  [{ filename: 'a', type: 'text\n' }, 'type'],
  [{ filename: 'a', bucket: 'b' }, 'bucket'],
])('the request %j is refused, with the field %s', async (body, field) => {
  const { status, body: problem } = await begin(testUploads(), body)
  expect({ status, fields: problem.errors?.map(error => error.field) }).toEqual({ status: 400, fields: [field] })
})

test('a caller without the verb upload reaches no route of uploads, whatever else it may', async () => {
  const issuer = testUploads({}, { issuers: one({ verbs: ['issue', 'read', 'revoke', 'exchange', 'admin'] }) })
  const as = asRole('reports')
  const answers = [
    await begin(issuer, { key: 'reports/a.pdf', replace: true }, as),
    await on(issuer, 'x').sign([partOf(1, 10)], as),
    await on(issuer, 'x').complete(10, as),
    await on(issuer, 'x').end(as),
  ]
  expect(answers.map(({ body }) => body.reason)).toEqual(Array.from({ length: 4 }, () => 'verb-not-allowed'))
})

test('each request costs one of its quota', async () => {
  const api = testUploads()
  const { headers, body } = await begin(api)
  expect(headers['ratelimit']).toBe('"caller";r=2999;t=60')
  expect((await on(api, body.id).end()).headers['ratelimit']).toBe('"caller";r=2998;t=60')
  expect((await api.call('GET', '/uploads')).headers['allow']).toBe('POST')
})

describe('the parts', () => {
  test('of the largest file are no more than S3 takes', async () => {
    const { body } = await begin(testUploads(), { filename: 'a', bytes: maxFileBytes })
    expect(maxFileBytes / Number(body['partBytes'])).toBeLessThanOrEqual(maxParts)
  })

  const size = 20 * mebibyte
  const full = 8 * mebibyte
  test.each([
    [{ bytes: size }, [1, full], true],
    [{ bytes: size }, [2, full], true],
    [{ bytes: size }, [3, 4 * mebibyte], true],
    [{ bytes: size }, [1, full - 1], false],
    [{ bytes: size }, [3, full], false],
    [{ bytes: size }, [3, 4 * mebibyte - 1], false],
    [{ bytes: size }, [4, 1], false],
    [{ bytes: size }, [4, 0], false],
    [{ bytes: 16 * mebibyte }, [3, 0], false],
    [{ bytes: 0 }, [1, 0], true],
    [{ bytes: 0 }, [1, 1], false],
    [{ bytes: 0 }, [2, 0], false],
    [{}, [1, 0], true],
    [{}, [1, full], true],
    [{}, [1, full + 1], false],
    [{}, [2, 0], false],
    [{}, [7, 2 * mebibyte], true],
    [{}, [7, 2 * mebibyte + 1], false],
    [{}, [8, 1], false],
  ] as const)('of %j: that of number and bytes %j fits: %s', async (sized, [number, bytes], fits) => {
    const api = testUploads({}, { maxUploadBytes: 50 * mebibyte })
    const { body } = await begin(api, { filename: 'a', ...sized })
    const { status, body: answer } = await on(api, body.id).sign([partOf(number, bytes)])
    expect(status).toBe(fits ? 200 : 400)
    expect(answer.errors?.[0]?.field ?? 'parts.0.').toMatch(/^parts\.0\.(number|bytes)?$/)
  })

  test('are ten at most, and a response names a hundred wrong fields of a longer list', async () => {
    const api = testUploads()
    const { body } = await begin(api)
    const { status, body: problem } = await on(api, body.id).sign(Array.from({ length: 5000 }, () => ({})))
    expect({ status, first: problem.errors?.[0]?.field }).toEqual({ status: 400, first: 'parts' })
    expect(problem.errors).toHaveLength(100)
  })

  test('are signed for 15 minutes, and for no longer than the upload lives', async () => {
    const api = testUploads()
    const { body } = await begin(api)
    const seconds = async () => {
      const signed = (await on(api, body.id).sign([partOf(1, 10)])).body['parts'] as { url: string; headers: object }[]
      expect(signed[0]?.headers).toEqual({ 'x-amz-checksum-sha256': partOf(1, 10).sha256 })
      return new URL(signed[0]?.url ?? '').searchParams.get('seconds')
    }
    expect(await seconds()).toBe('900')
    api.clock.advance(dayMs - 60_000)
    expect(await seconds()).toBe('60')
    api.clock.advance(60_000)
    expect((await on(api, body.id).sign([partOf(1, 10)])).body.reason).toBe('no-such-upload')
  })
})

describe('a repeat with the same Idempotency-Key', () => {
  test('gets the same upload with what has arrived, then with what was completed', async () => {
    const api = testUploads()
    const file = { filename: 'a.mp4', bytes: 10 * mebibyte }
    const first = await begin(api, file, keyed('k'))
    expect(first).toMatchObject({ status: 201, body: { arrived: [], endsAt: '2026-11-25T12:00:00Z' } })
    const parts = [partOf(1, 8 * mebibyte), partOf(2, 2 * mebibyte)]
    await send(api, first.body.id, parts.slice(1))
    expect(await begin(api, file, keyed('k'))).toMatchObject({
      status: 200,
      body: { ...first.body, arrived: parts.slice(1) },
    })
    await send(api, first.body.id, parts)
    await on(api, first.body.id).complete(file.bytes)
    const { status, body } = await begin(api, file, keyed('k'))
    const digests = parts.map(part => Buffer.from(part.sha256, 'base64'))
    const sha256 = createHash('sha256').update(Buffer.concat(digests)).digest('base64')
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...first.body, completed: { versionId: 'version 2', sha256 } },
    })
  })

  test('is refused for another file, and while the first request runs', async () => {
    const uploads = memoryIdempotencyStore<never>()
    const api = testUploads({ uploads })
    await begin(api, { filename: 'a' }, keyed('k'))
    expect((await begin(api, { filename: 'b' }, keyed('k'))).body.reason).toBe('idempotency-key-reused')
    const lost = testUploads({ uploads: { ...uploads, complete: fails } })
    expect((await begin(lost, { filename: 'a' }, keyed('lost'))).status).toBe(503)
    expect(await begin(lost, { filename: 'a' }, keyed('lost'))).toMatchObject({
      status: 409,
      headers: { 'retry-after': '30' },
      body: { reason: 'idempotency-key-in-use' },
    })
  })

  test('is another upload for another caller, and after a day', async () => {
    const api = testUploads()
    const first = await begin(api, undefined, keyed('k'))
    expect((await begin(api, undefined, { ...keyed('k'), user: 'AROAOTHER:s' })).body.id).not.toBe(first.body.id)
    api.clock.advance(dayMs)
    expect((await begin(api, undefined, keyed('k'))).body['key']).not.toBe(first.body['key'])
  })

  test('of an upload that was ended is refused', async () => {
    const api = testUploads()
    const { body } = await begin(api, undefined, keyed('k'))
    expect(await on(api, body.id).end()).toMatchObject({ status: 204, body: {} })
    expect((await on(api, body.id).end()).status).toBe(204)
    expect((await begin(api, undefined, keyed('k'))).body.reason).toBe('no-such-upload')
    expect((await on(api, body.id).complete(10)).body.reason).toBe('no-such-upload')
  })
})

describe('to complete an upload', () => {
  test('makes the object once, and a repeat returns the same', async () => {
    const api = testUploads()
    const { id, status, body } = await uploadTen(api, { key: 'a.txt', bytes: 10 })
    expect({ status, body }).toEqual({ status: 200, body: { key: 'a.txt', versionId: 'version 2' } })
    expect(await on(api, id).complete(10)).toMatchObject({ status: 200, body })
    expect(await on(api, id).end()).toMatchObject({ status: 204 })
    expect((await on(api, id).sign([partOf(1, 10)])).body.reason).toBe('no-such-upload')
    expect(await on(api, id).complete(10)).toMatchObject({ status: 200, body })
    expect(api.bucket.objects.size).toBe(1)
  })

  test('requires each part, whole, and the bytes that were announced', async () => {
    const api = testUploads({}, { maxUploadBytes: 100 * mebibyte })
    const { body: sized } = await begin(api, { filename: 'a', bytes: 10 * mebibyte })
    expect((await on(api, sized.id).complete(0)).body.reason).toBe('upload-incomplete')
    await send(api, sized.id, [partOf(2, 2 * mebibyte)])
    expect((await on(api, sized.id).complete(2 * mebibyte)).body.reason).toBe('upload-incomplete')
    const { body: unsized } = await begin(api, { filename: 'a' })
    await send(api, unsized.id, [partOf(1, mebibyte), partOf(2, mebibyte)])
    expect((await on(api, unsized.id).complete(2 * mebibyte)).body.reason).toBe('upload-incomplete')
    await send(api, unsized.id, [partOf(1, 8 * mebibyte)])
    expect((await on(api, unsized.id).complete(2 * mebibyte)).body.reason).toBe('upload-incomplete')
    expect((await on(api, unsized.id).complete(9 * mebibyte)).status).toBe(200)
  })

  test('with a SHA-256 requires parts that have it, before and after', async () => {
    const api = testUploads()
    const { body } = await begin(api, { filename: 'a', bytes: 10 })
    await send(api, body.id, [partOf(1, 10)])
    const sha256 = createHash('sha256')
      .update(Buffer.from(partOf(1, 10).sha256, 'base64'))
      .digest('base64')
    const other = partOf(2, 10).sha256
    expect((await on(api, body.id).complete(10, {}, other)).body.reason).toBe('upload-incomplete')
    expect((await on(api, body.id).complete(10, {}, sha256)).status).toBe(200)
    expect((await on(api, body.id).complete(10, {}, other)).body.reason).toBe('upload-incomplete')
    expect((await on(api, body.id).complete(10, {}, sha256)).status).toBe(200)
  })

  test('replaces an object only if the caller asked for it', async () => {
    const api = testUploads()
    await uploadTen(api, { key: 'a.txt', bytes: 10 })
    expect(await uploadTen(api, { key: 'a.txt', bytes: 10 })).toMatchObject({
      status: 412,
      body: { reason: 'object-exists' },
    })
    expect((await uploadTen(api, { key: 'a.txt', bytes: 10, replace: true })).status).toBe(200)
  })

  test('at the same time in two requests returns one object', async () => {
    const bucket = memoryBucket()
    const uploads = memoryIdempotencyStore<never>()
    const api = testUploads({ bucket, uploads })
    const { body } = await begin(api)
    await send({ ...api, bucket }, body.id, [partOf(1, 10)])
    // The other request completes it between this one's list of parts and its own try.
    const slow = testUploads({
      uploads,
      bucket: {
        ...bucket,
        complete: async (...args) => (await on(api, body.id).complete(10), bucket.complete(...args)),
      },
    })
    expect((await on(slow, body.id).complete(10)).body).toEqual((await on(api, body.id).complete(10)).body)
    expect(bucket.objects.size).toBe(1)
  })

  test('with a part that arrived again since it was listed is refused', async () => {
    const bucket = { ...memoryBucket(), complete: async () => 'changed' as const }
    const api = { ...testUploads({ bucket }), bucket }
    const { body } = await begin(api)
    await send(api, body.id, [partOf(1, 10)])
    expect(await on(api, body.id).complete(10)).toMatchObject({ status: 409, body: { reason: 'upload-incomplete' } })
  })

  describe('again, after S3 made the object and did not say so in time,', () => {
    async function completedLate(body: object) {
      const bucket = memoryBucket()
      const uploads = memoryIdempotencyStore<never>()
      const late = {
        ...bucket,
        complete: async (...args: Parameters<typeof bucket.complete>) => (await bucket.complete(...args), fails()),
      }
      const { body: begun } = await begin(testUploads({ bucket, uploads }), body)
      await send({ ...testUploads({ bucket, uploads }), bucket }, begun.id, [partOf(1, 10)])
      expect((await on(testUploads({ bucket: late, uploads }), begun.id).complete(10)).status).toBe(503)
      return { api: testUploads({ bucket, uploads }), id: begun.id, key: begun['key'] }
    }

    test('returns its key, each time', async () => {
      const { api, id, key } = await completedLate({ filename: 'a.txt', bytes: 10 })
      for (let request = 0; request < 2; request += 1) {
        expect(await on(api, id).complete(10)).toMatchObject({ status: 200, body: { key } })
      }
    })

    test('is refused with another SHA-256, and after the end', async () => {
      const { api, id } = await completedLate({ filename: 'a.txt', bytes: 10 })
      expect((await on(api, id).complete(10, {}, partOf(2, 10).sha256)).body.reason).toBe('no-such-upload')
      expect((await on(api, id).end()).status).toBe(204)
      expect((await on(api, id).complete(10)).body.reason).toBe('no-such-upload')
    })

    test('is not known where the object may be another one by now', async () => {
      const { api, id } = await completedLate({ key: 'a.txt', replace: true, bytes: 10 })
      expect((await on(api, id).complete(10)).status).toBe(503)
    })
  })

  test('makes no other object than a request before, whose outcome is not known', async () => {
    const bucket = memoryBucket()
    const uploads = memoryIdempotencyStore<never>()
    const api = { ...testUploads({ bucket, uploads }), bucket }
    const { body } = await begin(api)
    await send(api, body.id, [partOf(1, 10)])
    const failing = testUploads({ bucket: { ...bucket, complete: fails }, uploads })
    expect((await on(failing, body.id).complete(10)).status).toBe(503)
    await send(api, body.id, [partOf(1, 10, 'other content')])
    expect((await on(api, body.id).complete(10)).body.reason).toBe('upload-incomplete')
    await send(api, body.id, [partOf(1, 10)])
    expect((await on(api, body.id).complete(10)).status).toBe(200)
  })

  test('succeeds though its place can not be freed, and the log says so', async () => {
    const api = testUploads({ openUploads: { ...memoryOpenUploads(), remove: fails } })
    expect((await uploadTen(api)).status).toBe(200)
    expect(api.lines.at(-1)).toMatchObject({ outcome: 'uploaded', error: 'Error' })
  })
})

describe('no other caller', () => {
  const issuers = issuersOf(
    { id: 'desks', group: 'desks', prefixes: ['desks/'], verbs: ['upload'] },
    { id: 'reports', principal: roleArn('reports'), prefixes: ['reports/'], verbs: ['upload'] },
  )
  test.each([
    ['of the same group', asToken('eve', ['desks'])],
    ['of another issuer', asRole('reports')],
  ])('%s can use an upload', async (_, other) => {
    const api = testUploads({}, { issuers })
    const { body } = await begin(api, undefined, asToken('ann', ['desks']))
    const answers = [
      await on(api, body.id).sign([partOf(1, 10)], other),
      await on(api, body.id).complete(10, other),
      await on(api, body.id).end(other),
    ]
    expect(answers.map(answer => answer.body.reason)).toEqual(Array.from({ length: 3 }, () => 'no-such-upload'))
    expect(api.bucket.open.size).toBe(1)
  })

  test('nor the same one as another issuer, or without the prefix', async () => {
    const uploads = memoryIdempotencyStore<never>()
    const as = (fields: object) => testUploads({ uploads }, { issuers: one(fields) })
    const { body } = await begin(as({}), undefined, asRole('reports'))
    for (const fields of [{ id: 'others' }, { prefixes: ['films/'] }]) {
      expect((await on(as(fields), body.id).sign([partOf(1, 10)], asRole('reports'))).body.reason).toBe(
        'no-such-upload',
      )
    }
    expect((await on(as({}), body.id).sign([partOf(1, 10)], asRole('reports'))).status).toBe(200)
  })

  test('but the same one after a rotation of the MAC key', async () => {
    const uploads = memoryIdempotencyStore<never>()
    const { body } = await begin(testUploads({ uploads }))
    const { bySlot, current } = testKeys.mac
    const mac = { current: current + 1, bySlot: new Map([...bySlot, [current + 1, bySlot.get(current)!]]) }
    const later = testUploads({ uploads, keyring: { current: async () => ({ ...testKeys, mac }) } })
    expect((await on(later, body.id).sign([partOf(1, 10)])).status).toBe(200)
  })

  test.each(['x', 'a'.repeat(43), 'a'.repeat(44)])('%s is no upload', async id => {
    expect((await on(testUploads(), id).sign([partOf(1, 10)])).body.reason).toBe('no-such-upload')
  })
})

describe('of one caller', () => {
  const many = (api: Api, count: number) => Promise.all(Array.from({ length: count }, () => begin(api)))

  test('so many uploads may be open, until one is completed, is ended or ends', async () => {
    const api = testUploads({}, { maxOpenUploads: 3 })
    const begun = (await many(api, 4)).toSorted((a, b) => a.status - b.status)
    expect(begun.map(({ status }) => status)).toEqual([201, 201, 201, 409])
    expect(begun.at(-1)?.body).toMatchObject({ reason: 'upload-limit', errors: [{ field: 'uploads', got: '3 open' }] })
    expect((await begin(api, undefined, { user: 'AROAOTHER:s' })).status).toBe(201)
    const [first, second] = begun
    await send(api, first?.body.id, [partOf(1, 10)])
    await on(api, first?.body.id).complete(10)
    await on(api, second?.body.id).end()
    expect((await many(api, 3)).filter(({ status }) => status === 201)).toHaveLength(2)
    api.clock.advance(dayMs)
    expect((await many(api, 4)).filter(({ status }) => status === 201)).toHaveLength(3)
  })

  test('an upload that S3 does not begin takes no place and no Idempotency-Key', async () => {
    const openUploads = memoryOpenUploads()
    const uploads = memoryIdempotencyStore<never>()
    const broken = testUploads(
      { bucket: { ...memoryBucket(), begin: fails }, openUploads, uploads },
      { maxOpenUploads: 1 },
    )
    expect((await begin(broken, undefined, keyed('k'))).status).toBe(503)
    expect(
      (await begin(testUploads({ openUploads, uploads }, { maxOpenUploads: 1 }), undefined, keyed('k'))).status,
    ).toBe(201)
  })

  test('a request that failed does not free the place of the next with its Idempotency-Key', async () => {
    const openUploads = memoryOpenUploads()
    const uploads = memoryIdempotencyStore<never>()
    const late = Promise.withResolvers<void>()
    const remove: typeof openUploads.remove = async slot => late.promise.then(async () => openUploads.remove(slot))
    const limit = { maxOpenUploads: 1 }
    const api = testUploads({ openUploads, uploads }, limit)
    const slow = testUploads({ openUploads: { ...openUploads, remove }, uploads }, limit)
    const { body: other } = await begin(api)
    const failed = begin(slow, undefined, keyed('k'))
    await on(api, other.id).end()
    await expect.poll(async () => (await begin(api, undefined, keyed('k'))).status).toBe(201)
    late.resolve()
    expect((await failed).body.reason).toBe('upload-limit')
    expect((await begin(api)).body.reason).toBe('upload-limit')
  })

  test('no more bytes are signed on a day than the setting says, sent or not', async () => {
    const api = testUploads({}, { uploadBytesPerDay: 25, maxOpenUploads: 100 })
    const { body } = await begin(api)
    const signed = async () => (await on(api, body.id).sign([partOf(1, 10)])).body.reason
    expect([await signed(), await signed(), await signed()]).toEqual([undefined, undefined, 'upload-limit'])
    const other = await begin(api, { filename: 'a', bytes: 26 })
    api.clock.advance(dayMs / 2)
    expect((await on(api, other.body.id).sign([partOf(1, 26)])).body.reason).toBe('upload-limit')
    expect(await signed()).toBeUndefined()
  })

  test.each(['bytesOfDay', 'openUploads'] as const)(
    'nothing is signed if the bound of %s can not be kept',
    async name => {
      const broken = { bytesOfDay: { tryAdd: fails }, openUploads: { tryAdd: fails, remove: fails } }
      const api = testUploads({ [name]: broken[name] })
      const { status, body } = await begin(api)
      const last = status === 503 ? status : (await on(api, body.id).sign([partOf(1, 10)])).status
      expect(last).toBe(503)
    },
  )
})

test('lines and events have no key, no URL, no id, no name and no caller that the audit does not name', async () => {
  const events: AuditEvent[] = []
  const bus = { put: async (sent: readonly AuditEvent[]) => (events.push(...sent), []) }
  const about = { deployment: 'once', admit: accessControl(undefined) }
  const audit = createAudit(about, { clock: manualClock(), bus, reportLost: () => undefined })
  const api = testUploads({ audit })
  const { id, body } = await uploadTen(api, { filename: 'secret-name.pdf', bytes: 10 }, keyed('secret-key'))
  await on(api, id).end()
  await on(api, 'x').end()
  const actions = events.map(({ action, outcome, status, reason }) => [action, outcome, status, reason])
  expect(actions).toEqual([
    ['upload', 'done', 201, undefined],
    ['upload', 'done', 200, undefined],
    ['upload', 'done', 204, undefined],
    ['upload', 'refused', 404, 'no-such-upload'],
  ])
  expect(api.lines.map(({ outcome }) => outcome)).toEqual(['begun', 'signed', 'uploaded', 'ended', 'refused'])
  const text = JSON.stringify([events, api.lines])
  for (const secret of ['secret', String(body['key']).slice(0, 32), String(id), 'https:'])
    expect(text).not.toContain(secret)
})

test('the record of an upload names no caller', async () => {
  const uploads = memoryIdempotencyStore<never>()
  const api = testUploads({ uploads })
  const { body } = await begin(api, undefined, keyed('k'))
  const stored = JSON.stringify(await uploads.find(String(body.id)))
  expect(stored).not.toMatch(/AROAEXAMPLE|111122223333/)
})
