import { expect, test } from 'vitest'
import { callerHash } from '../../../api/principal.ts'
import type { Verb } from '../../../shared/callers/issuers.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { receivedKey } from '../../../shared/received.ts'
import { validationKey } from '../../../shared/scan.ts'
import { testApi } from '../../support/api/api.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { testReceived } from '../../support/api/received.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryBucket, partOf, testUploads } from '../../support/api/uploads.ts'

const uploadApi = 'https://send.example.com/api'
const others: readonly Verb[] = ['issue', 'upload', 'read', 'revoke', 'exchange', 'admin']
const issuers = issuersOf(
  { id: 'desk', principal: roleArn('desk'), prefixes: ['clinic/'], verbs: ['ask', 'read'] },
  { id: 'other', principal: roleArn('other'), prefixes: [''], verbs: others },
  {
    id: 'staff',
    principal: roleArn('staff'),
    prefixes: ['clinic/'],
    verbs: ['ask', 'issue', 'read', 'revoke'],
    own: true,
  },
)
const as = { desk: asRole('desk'), other: asRole('other'), staff: asRole('staff') } as const
const colleague = { identity: { ...as.staff.identity, user: 'AROACOLLEAGUE:session' } }

test('who may do all but ask reaches none of 200 keys around received/, and the sender completes', async () => {
  const bucket = memoryBucket()
  const received = await testReceived({ bucket })
  const api = testApi({}, { uploadApi, issuers })
  const uploads = testUploads({ bucket }, { uploadApi, issuers })
  const key = receivedKey(received.link, received.right)
  const [folder, linkId, redemptionId] = [received.link.key, received.right.linkId, received.right.redemptionId]
  const last = [redemptionId, 'A'.repeat(22), `${redemptionId}/a`, `${redemptionId}.pdf`, 'a.m3u8']
  const folders = ['', 'sub/', 'a/b/', 'received/', `${linkId}/received/`].map(name => `${folder}/${name}`)
  const ids = ['', `${linkId}/`, `${'B'.repeat(22)}/`, `${linkId.slice(1)}/`, `x/${linkId}/`, `${linkId}/${linkId}/`]
  const below = folders.flatMap(start => ids.flatMap(id => last.map(name => `${start}${id}${name}`)))
  const keys = [...below, ...below.slice(0, 50).map(name => name.replace('clinic/', 'clinic/team/'))]
  expect([new Set(keys).size, keys.includes(key)]).toEqual([200, true])
  for (const name of keys) {
    const links = { key: name, allowMissing: true }
    const batch = await api.call('POST', '/links/batch', { body: { links: [links] }, ...as.other })
    expect(batch.body).toMatchObject({ results: [{ status: 403 }] })
    for (const body of [links, { ...links, media: 'folder' }, { key: name, deleteFile: true }]) {
      expect([name, (await api.call('POST', '/links', { body, ...as.other })).status]).toEqual([name, 403])
    }
    for (const body of [{ key: name }, { key: name, replace: true, bytes: 10 }]) {
      expect([name, (await uploads.call('POST', '/uploads', { body, ...as.other })).status]).toEqual([name, 400])
    }
  }
  const scan = await uploads.call('POST', '/uploads', { body: { key: validationKey, replace: true }, ...as.other })
  expect(scan.status).toBe(400)
  expect(bucket.open.size).toBe(0)
  const { body } = await received.call('POST', '/received', { body: { filename: 'a.pdf', bytes: 10 } })
  const { id } = body['upload'] as { id: string }
  const signed = await received.call('POST', `/received/${id}/parts`, { body: { parts: [partOf(1, 10)] } })
  bucket.send((signed.body['parts'] as { url: string }[])[0]?.url ?? '')
  expect((await received.call('POST', `/received/${id}/complete`, { body: { bytes: 10 } })).status).toBe(200)
  expect([...bucket.objects.keys()]).toEqual([key])
})

test('an upload to such a key that began before links took files does not go on', async () => {
  const received = await testReceived()
  const uploads = [undefined, uploadApi].map(each => {
    const deployment = { issuers, ...(each && { uploadApi: each }) }
    return (store: Parameters<typeof testUploads>[0]) => testUploads(store, deployment)
  })
  const store = { uploads: memoryIdempotencyStore<never>(), bucket: memoryBucket() }
  const body = { key: receivedKey(received.link, received.right), bytes: 10 }
  const begun = await uploads[0]!(store).call('POST', '/uploads', { body, ...as.other })
  expect(begun.status).toBe(201)
  const path = `/uploads/${begun.body.id}/parts`
  const parts = { body: { parts: [partOf(1, 10)] }, ...as.other }
  expect((await uploads[1]!(store).call('POST', path, parts)).status).toBe(404)
  expect((await uploads[0]!(store).call('POST', path, parts)).status).toBe(200)
})

test('an issuer whose prefix is in such a folder uploads nothing, also below a key that the API draws', async () => {
  const inner = { id: 'inner', principal: roleArn('inner'), prefixes: ['clinic/received/'], verbs: ['upload' as const] }
  const uploads = testUploads({}, { issuers: [...issuers, inner], uploadApi })
  const body = { filename: 'a.pdf' }
  expect(await uploads.call('POST', '/uploads', { body, ...asRole('inner') })).toMatchObject({ status: 400 })
})

test('a folder of that name is like any other where no link takes files, and where no one may ask', async () => {
  const body = { key: 'reports/received/2026/a.pdf' }
  expect((await testUploads({}, { issuers }).call('POST', '/uploads', { body, ...as.other })).status).toBe(201)
  expect((await testUploads({}, { issuers, uploadApi }).call('POST', '/uploads', { body, ...as.other })).status).toBe(
    201,
  )
  const link = await testApi({}, { uploadApi, issuers }).call('POST', '/links', { body, ...as.other })
  expect(link.status).toBe(201)
})

test('of callers with their own links, only who asked issues a link for the file, or replaces one', async () => {
  const api = testApi({}, { uploadApi, issuers })
  const asked = await api.call('POST', '/links', { body: { upload: { prefix: 'clinic/', maxBytes: 1 } }, ...as.staff })
  const key = `clinic/received/${asked.body.id}/${'A'.repeat(22)}`
  const issue = async (who: object, body: object) => (await api.call('POST', '/links', { body, ...who })).status
  expect(await issue(as.staff, { key, allowMissing: true })).toBe(201)
  for (const name of [key, `${key}/a`, `clinic/received/${'A'.repeat(22)}/${'A'.repeat(22)}`]) {
    expect(await issue(colleague, { key: name, allowMissing: true })).toBe(403)
  }
  expect(await issue(colleague, { upload: { prefix: 'clinic/', maxBytes: 1 } })).toBe(201)
  const caller = callerHash('111122223333/AROACOLLEAGUE', testKeys.mac)
  const { link } = makeLink({ key: key as ObjectKey, issuer: 'staff', caller })
  await api.store.links.put(link, 'us-east-1')
  const headers = { 'Idempotency-Key': 'k' }
  const replaced = await api.call('POST', `/links/${link.id}/replace`, { headers, ...colleague })
  expect(replaced).toMatchObject({ status: 403, body: { reason: 'key-not-allowed' } })
})
