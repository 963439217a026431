import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { getFrom, putText } from '../../support/emulator/origin.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { noon } from '../../support/links.ts'

/** Uploads above a folder, and the S3 that has both. */
function bucket({ folder = temporaryFolder(), data = temporaryFolder() } = {}) {
  const objects = versionedObjects(data, folderObjects(folder), () => noon)
  const s3 = s3Origin(objects)
  return {
    ...objects,
    folder,
    data,
    put: async (key: string, text: string) => (await putText(objects, key, { text }))!,
    putNew: (key: string, text: string) => putText(objects, key, { text, mustBeNew: true }),
    get: (target: string, mayList = true) => getFrom(s3, target, { mayList }),
  }
}

describe('each upload', () => {
  test('is a version of its object, which keeps its bytes', async () => {
    const { put, get } = bucket()
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
    const { put, get, addDeleteMarker } = bucket()
    const one = await put('k', 'one')
    await addDeleteMarker('gone')
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
    const before = bucket({ data })
    const one = await before.put('k', 'one')
    const two = await before.put('k', 'two')
    await before.addDeleteMarker('gone')
    const versions = join(data, 'versions')
    writeFileSync(join(versions, 'unfinished'), 'bytes without a record')
    const { get, put } = bucket({ data })
    expect(await get(`/k?versionId=${one}`)).toMatchObject({ body: 'one' })
    expect(await get('/k')).toMatchObject({ body: 'two', headers: { 'x-amz-version-id': two } })
    expect(await get('/gone')).toMatchObject({ status: 404, headers: { 'x-amz-delete-marker': 'true' } })
    expect(existsSync(join(versions, 'unfinished'))).toBe(false)
    await put('k', 'three')
    expect((await get('/k')).body).toBe('three')
  })

  test('has the headers of S3', async () => {
    const { put, get } = bucket()
    await put('k', 'one')
    const { headers } = await get('/k')
    expect(headers).toMatchObject({
      etag: '"f97c5d29941bfb1b2fdab0874906ab82"',
      'last-modified': 'Tue, 24 Nov 2026 12:00:00 GMT',
      'content-type': 'text/plain',
      'content-length': '3',
      'accept-ranges': 'bytes',
      server: 'AmazonS3',
      'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
      'x-amz-id-2': expect.any(String),
      'x-amz-server-side-encryption': 'AES256',
    })
  })

  test('is kept below and above others, under any name, and changes nothing in the folder', async () => {
    const { folder, put, get } = bucket()
    mkdirSync(join(folder, 'a'))
    for (const name of ['a/of the folder', 'f']) writeFileSync(join(folder, name), 'from the start')
    const keys = ['a', 'a/b', 'c/d', 'c', 'f', '.incoming/x', 'x'.repeat(300)]
    for (const key of keys) await put(key, key)
    for (const key of keys) expect((await get(`/${key}`)).body).toBe(key)
    expect((await get('/a/of%20the%20folder')).body).toBe('from the start')
    expect(readdirSync(folder, { recursive: true })).toHaveLength(3)
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('from the start')
  })

  test('that must be new never replaces an object, neither an uploaded one nor one of the folder', async () => {
    const { folder, addDeleteMarker, putNew, get } = bucket()
    writeFileSync(join(folder, 'f'), 'from the start')
    expect(await putNew('k', 'one')).toBeDefined()
    expect(await putNew('k', 'two')).toBeUndefined()
    expect(await putNew('f', 'two')).toBeUndefined()
    expect((await get('/k')).body).toBe('one')
    expect((await get('/f')).body).toBe('from the start')
    await addDeleteMarker('k')
    expect(await putNew('k', 'three')).toBeDefined()
    expect((await get('/k')).body).toBe('three')
  })

  test('that breaks off, or is not complete when the emulator ends, leaves nothing behind', async () => {
    const [bucket, temporary] = [temporaryFolder(), temporaryFolder()]
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { api, close } = await emulatorHere({ bucket })
    const [folder = ''] = readdirSync(temporary)
    const arriving = (count: number) =>
      vi.waitFor(() => expect(readdirSync(join(temporary, folder, 'incoming'))).toHaveLength(count))
    const broken = await sendHalf(api)
    await arriving(1)
    broken.destroy()
    await arriving(0)
    await sendHalf(api)
    await arriving(1)
    await close()
    expect(readdirSync(temporary)).toEqual([])
  })
})

/** Begins an upload to an emulator, and sends half of its one part. */
async function sendHalf(api: string): Promise<ClientRequest> {
  const post = async <Body>(path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    return JSON.parse((await ask(api + path, { method: 'POST', headers, body: JSON.stringify(body) })).body) as Body
  }
  const { id } = await post<{ id: string }>('/uploads', { key: 'k', bytes: 8 })
  const part = { number: 1, bytes: 8, sha256: createHash('sha256').update('not half').digest('base64') }
  const { parts } = await post<{ parts: { url: string; headers: Record<string, string> }[] }>(`/uploads/${id}/parts`, {
    parts: [part],
  })
  const [{ url, headers }] = parts as [(typeof parts)[0]]
  const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': 8 } })
  sending.on('error', () => undefined).write('half')
  return sending
}

describe('deleting', () => {
  test('an object adds a delete marker: the object is gone, its versions are not', async () => {
    const { addDeleteMarker, deleteVersion, put, get } = bucket()
    const one = await put('k', 'one')
    const marker = await addDeleteMarker('k')
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
    await deleteVersion('k', marker)
    expect((await get('/k')).body).toBe('one')
  })

  test('a version ends that version alone', async () => {
    const { deleteVersion, put, get, data } = bucket()
    const [one, two] = [await put('k', 'one'), await put('k', 'two')]
    await deleteVersion('k', two)
    expect(await get(`/k?versionId=${two}`)).toMatchObject({ status: 404, code: 'NoSuchVersion' })
    expect((await get('/k')).body).toBe('one')
    await deleteVersion('other', one)
    expect((await get('/k')).body).toBe('one')
    await deleteVersion('k', one)
    expect(readdirSync(join(data, 'versions'))).toEqual([])
  })

  test('never touches a file of the folder: a delete marker hides it', async () => {
    const { folder, addDeleteMarker, deleteVersion, get } = bucket()
    writeFileSync(join(folder, 'f'), 'from the start')
    const version = String((await get('/f')).headers['x-amz-version-id'])
    await deleteVersion('f', version)
    expect((await get('/f')).body).toBe('from the start')
    await addDeleteMarker('f')
    expect((await get('/f')).status).toBe(404)
    expect((await get(`/f?versionId=${version}`)).body).toBe('from the start')
    expect(readdirSync(folder)).toEqual(['f'])
  })
})
