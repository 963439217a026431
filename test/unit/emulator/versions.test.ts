import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { takeUploads } from '../../../emulator/front/files.ts'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { getFrom } from '../../support/emulator/origin.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { noon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'

/** Uploads above a folder, and the S3 that has both. */
async function bucket({ folder = temporaryFolder(), data = temporaryFolder() } = {}) {
  const uploads = takeUploads({ below: folderObjects(folder), data, now: () => noon })
  const { origin } = await serveHere(uploads.listener)
  const s3 = s3Origin(uploads.objects)
  async function send(
    method: string,
    target: string,
    options: { body?: string; headers?: Record<string, string> } = {},
  ) {
    const response = await ask(`${origin}/files/${target}`, { method, ...options })
    return { status: response.status, ...(JSON.parse(response.body) as Record<string, unknown>) }
  }
  const put = async (key: string, body: string) => String((await send('PUT', key, { body }))['versionId' as never])
  return { folder, data, send, put, get: (target: string, mayList = true) => getFrom(s3, target, { mayList }) }
}

describe('each upload', () => {
  test('is a version of its object, which keeps its bytes', async () => {
    const { put, get } = await bucket()
    const [one, two] = [await put('k', 'one'), await put('k', 'two')]
    expect(one).not.toBe(two)
    expect(await get('/k')).toMatchObject({ body: 'two', headers: { 'x-amz-version-id': two } })
    expect(await get(`/k?versionId=${one}`)).toMatchObject({ body: 'one', headers: { 'x-amz-version-id': one } })
    expect(await get(`/k?versionId=${two}`)).toMatchObject({ body: 'two' })
    expect(await get(`/other?versionId=${one}`)).toMatchObject({ status: 404, code: 'NoSuchVersion' })
    expect(await get('/k?versionId=x')).toMatchObject({ status: 404, code: 'NoSuchVersion' })
    expect(await get('/k?versionId=')).toMatchObject({ status: 400, code: 'InvalidArgument' })
  })

  test('is missing only to those who may list the bucket: CloudFront is refused, as for a key that never was', async () => {
    const { put, get, send } = await bucket()
    const one = await put('k', 'one')
    await send('DELETE', 'gone')
    for (const target of ['/other', '/gone', '/a/../k', `/other?versionId=${one}`, '/k?versionId=x']) {
      expect((await get(target)).status, target).toBe(404)
      const refused = await get(target, false)
      expect(refused, target).toMatchObject({ status: 403, code: 'AccessDenied' })
      expect(Object.keys(refused.headers).filter(name => /version|marker/.test(name))).toEqual([])
    }
    expect((await get(`/k?versionId=${one}`, false)).body).toBe('one')
  })

  test('is there after a restart, in its order, and what was not finished is removed', async () => {
    const data = temporaryFolder()
    const before = await bucket({ data })
    const one = await before.put('k', 'one')
    const two = await before.put('k', 'two')
    await before.send('DELETE', 'gone')
    const versions = join(data, 'files', 'versions')
    writeFileSync(join(versions, 'unfinished'), 'bytes without a record')
    const { get, put } = await bucket({ data })
    expect(await get(`/k?versionId=${one}`)).toMatchObject({ body: 'one' })
    expect(await get('/k')).toMatchObject({ body: 'two', headers: { 'x-amz-version-id': two } })
    expect(await get('/gone')).toMatchObject({ status: 404, headers: { 'x-amz-delete-marker': 'true' } })
    expect(existsSync(join(versions, 'unfinished'))).toBe(false)
    await put('k', 'three')
    expect((await get('/k')).body).toBe('three')
  })

  test('has the headers of S3', async () => {
    const { send, get } = await bucket()
    await send('PUT', 'k', { body: 'one', headers: { 'content-type': 'x/y' } })
    await send('PUT', 'page.html', { body: 'p' })
    const { headers } = await get('/k')
    expect(headers).toMatchObject({
      etag: '"f97c5d29941bfb1b2fdab0874906ab82"',
      'last-modified': 'Tue, 24 Nov 2026 12:00:00 GMT',
      'content-type': 'x/y',
      'content-length': '3',
      'accept-ranges': 'bytes',
      server: 'AmazonS3',
      'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
      'x-amz-id-2': expect.any(String),
      'x-amz-server-side-encryption': 'AES256',
    })
    expect((await get('/page.html')).headers['content-type']).toMatch(/^text\/html/)
  })

  test('with If-None-Match: * never replaces an object, neither an uploaded one nor one of the folder', async () => {
    const { folder, send, put, get } = await bucket()
    const isNew = { 'if-none-match': '*' }
    writeFileSync(join(folder, 'f'), 'from the start')
    expect(await send('PUT', 'k', { body: 'one', headers: isNew })).toMatchObject({ status: 201 })
    expect(await send('PUT', 'k', { body: 'two', headers: isNew })).toMatchObject({
      status: 412,
      reason: 'object-exists',
    })
    expect(await send('PUT', 'f', { body: 'two', headers: isNew })).toMatchObject({
      status: 412,
      reason: 'object-exists',
    })
    expect((await get('/k')).body).toBe('one')
    expect((await get('/f')).body).toBe('from the start')
    await send('DELETE', 'k')
    expect(await send('PUT', 'k', { body: 'three', headers: isNew })).toMatchObject({ status: 201 })
    await put('k', 'four')
    expect(await send('PUT', 'k', { body: 'five', headers: { 'if-none-match': '"etag"' } })).toMatchObject({
      status: 400,
    })
  })

  test('of many at once with If-None-Match: *, one is kept', async () => {
    const { data, send, get } = await bucket()
    const bodies = Array.from({ length: 20 }, (_, index) => `upload ${index}`)
    const results = await Promise.all(bodies.map(body => send('PUT', 'k', { body, headers: { 'if-none-match': '*' } })))
    const winner = results.findIndex(({ status }) => status === 201)
    expect(results.filter(({ status }) => status === 412)).toHaveLength(19)
    expect((await get('/k')).body).toBe(bodies[winner])
    expect(readdirSync(join(data, 'files', 'incoming'))).toEqual([])
  })
})

describe('deleting', () => {
  test('an object adds a delete marker: the object is gone, its versions are not', async () => {
    const { send, put, get } = await bucket()
    const one = await put('k', 'one')
    const deleted = await send('DELETE', 'k')
    expect(deleted).toEqual({ status: 200, key: 'k', versionId: expect.any(String), deleteMarker: true })
    const marker = String(deleted['versionId' as never])
    expect(await get('/k')).toMatchObject({
      status: 404,
      code: 'NoSuchKey',
      headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
    })
    expect(await get(`/k?versionId=${marker}`)).toMatchObject({
      status: 405,
      code: 'MethodNotAllowed',
      headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' },
    })
    expect((await get(`/k?versionId=${one}`)).body).toBe('one')
    await send('DELETE', `k?versionId=${marker}`)
    expect((await get('/k')).body).toBe('one')
  })

  test('a version ends that version alone', async () => {
    const { send, put, get, data } = await bucket()
    const [one, two] = [await put('k', 'one'), await put('k', 'two')]
    expect(await send('DELETE', `k?versionId=${two}`)).toEqual({ status: 200, key: 'k', versionId: two })
    expect(await get(`/k?versionId=${two}`)).toMatchObject({ status: 404, code: 'NoSuchVersion' })
    expect((await get('/k')).body).toBe('one')
    expect((await send('DELETE', `other?versionId=${one}`)).status).toBe(200)
    expect((await get('/k')).body).toBe('one')
    await send('DELETE', `k?versionId=${one}`)
    expect(readdirSync(join(data, 'files', 'versions'))).toEqual([])
  })

  test('never touches a file of the folder: a delete marker hides it', async () => {
    const { folder, send, get } = await bucket()
    writeFileSync(join(folder, 'f'), 'from the start')
    const version = (await get('/f')).headers['x-amz-version-id']
    expect(await send('DELETE', `f?versionId=${version}`)).toMatchObject({ status: 409, reason: 'read-only' })
    await send('DELETE', 'f')
    expect((await get('/f')).status).toBe(404)
    expect((await get(`/f?versionId=${version}`)).body).toBe('from the start')
    expect(readdirSync(folder)).toEqual(['f'])
  })
})
