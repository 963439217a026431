import { describe, expect, test } from 'vitest'
import { scheduledLinks } from '../../../api/adapters/scheduled-links.ts'
import { callerHash } from '../../../api/principal.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { Verb } from '../../../shared/callers/issuers.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { VersionId } from '../../../shared/object-key.ts'
import type { Schedule } from '../../../shared/table/schedule.ts'
import { testApi } from '../../support/api/api.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testObject } from '../../support/api/memory-objects.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const on = { fileEnds: true, reminders: true } satisfies Partial<WithIssuers>
const body = { key: 'f', deleteFile: true }
const fileEnd = { target: 'arn:of:file-ends', deadLetters: 'arn:of:queue' }

/** An API whose schedules are kept, or fail as `fails` says. */
function scheduledApi(fails: (schedule: Schedule) => boolean = () => false) {
  const schedules: Schedule[] = []
  const store = memoryStore()
  const create = async (schedule: Schedule) => {
    if (fails(schedule)) throw new RangeError('throttled')
    schedules.push(schedule)
  }
  const links = scheduledLinks(store.links, { create }, { reminder: 'arn:of:events', fileEnd })
  return { ...testApi({ links }, on), schedules }
}

test('a link whose file goes with it keeps a receipt, and shows what becomes of the file', async () => {
  const api = testApi({}, on)
  const issued = await api.call('POST', '/links', { body })
  expect(issued.status).toBe(201)
  expect((await api.call('GET', `/links/${issued.body.id}`)).body).toMatchObject({ deleteFile: true, receipt: null })
  const headers = { 'idempotency-key': 'again' }
  const other = await api.call('POST', `/links/${issued.body.id}/replace`, { headers })
  expect((await api.call('GET', `/links/${other.body.id}`)).body).toMatchObject({ deleteFile: true, receipt: null })
})

test('without it a link is as before', async () => {
  const { schedules, ...api } = scheduledApi()
  const { body: issued } = await api.call('POST', '/links', { body: { key: 'f', deleteFile: false } })
  expect((await api.call('GET', `/links/${issued.id}`)).body).not.toHaveProperty('deleteFile')
  expect(schedules).toEqual([])
})

describe('it is refused', () => {
  const field = 'deleteFile'
  test.each<readonly [string, object, object]>([
    [
      'with allowMissing',
      { allowMissing: true },
      { field, allowed: 'without allowMissing: a file that is not there has no version' },
    ],
    [
      'with a folder',
      { key: 'a/f', media: 'folder' },
      { field, allowed: 'without a folder: each of its files has versions of its own' },
    ],
    [
      'without a receipt',
      { receipt: false },
      { field: 'receipt', allowed: 'true, or nothing, with deleteFile: it is deleted after its use' },
    ],
  ])('%s', async (_, more, error) => {
    const { status, body: problem } = await testApi({}, on).call('POST', '/links', { body: { ...body, ...more } })
    expect(status).toBe(400)
    expect(problem.errors).toMatchObject([error])
  })

  test('without the setting', async () => {
    const { body: problem } = await testApi().call('POST', '/links', { body })
    const allowed = 'no deleteFile: this deployment deletes no files (`fileEnds`)'
    expect(problem.errors).toEqual([{ field, got: 'true', allowed }])
  })

  test('for an object without versions', async () => {
    const api = testApi({}, on)
    api.objects.write('f', { size: 1 })
    expect((await api.call('POST', '/links', { body })).body.errors).toMatchObject([
      { field, got: 'an object without versions' },
    ])
  })

  test('in a batch where another link leads to the object, and that link is issued', async () => {
    const links = [body, { key: 'f' }, { key: 'g', deleteFile: true }]
    const { body: batch } = await testApi({}, on).call('POST', '/links/batch', { body: { links } })
    const results = batch['results'] as { status: number; problem?: { errors: object[] } }[]
    expect(results.map(({ status }) => status)).toEqual([400, 201, 201])
    expect(results[0]?.problem?.errors).toMatchObject([{ field, allowed: 'one link to the object in a batch' }])
  })

  test('to callers that may not upload to the key', async () => {
    const issuers = issuersOf({
      id: 'reports',
      principal: roleArn('reports'),
      prefixes: [''],
      verbs: ['issue', 'read'],
    })
    const { status, body: problem } = await testApi({}, { ...on, issuers }).call('POST', '/links', {
      body,
      ...asRole('reports'),
    })
    expect(status).toBe(403)
    expect(problem.errors).toMatchObject([{ field: 'verb', got: 'upload' }])
  })
})

describe('callers with links of their own', () => {
  const verbs: Verb[] = ['issue', 'upload', 'read']
  const issuers = issuersOf({ id: 'desk', principal: roleArn('desk'), prefixes: [''], verbs, own: true })

  test.each<readonly [string, string | undefined, number]>([
    ['that they uploaded', '111122223333/AROADESK', 201],
    ['that another uploaded', '111122223333/AROAOTHER', 400],
    ['that says nothing of it', undefined, 400],
  ])('may have a file deleted only if it says %s: %s', async (_, identity, status) => {
    const api = testApi({}, { ...on, issuers })
    const uploader = identity && { uploader: callerHash(identity, testKeys.mac) }
    api.objects.write('f', { ...testObject, versionId: 'own' as VersionId, ...uploader })
    const issued = await api.call('POST', '/links', { body, ...asRole('desk') })
    expect(issued.status, JSON.stringify(issued.body)).toBe(status)
    if (status === 400)
      return expect(issued.body.errors).toMatchObject([{ got: 'a file that this caller did not upload' }])
    expect(await api.store.links.find(issued.body.id as LinkId, 'us-east-1')).not.toHaveProperty('uploader')
  })
})

describe('schedules', () => {
  const both = { ...body, expiresIn: 3 * 24 * 3600, urlSeconds: 60, remindAt: 'day-before' }

  test('are there before the link: for its reminder, and for its file at the latest moment', async () => {
    const { schedules, ...api } = scheduledApi()
    const { body: issued } = await api.call('POST', '/links', { body: both })
    const { id } = issued
    const end = secondsFromNoon(3 * 24 * 3600 + 60 + 300)
    expect(schedules).toEqual([
      { name: `r-${id}`, at: secondsFromNoon(2 * 24 * 3600), target: 'arn:of:events', id },
      { name: `f-${id}.${end}.${secondsFromNoon(0)}`, at: end, id, ...fileEnd },
    ])
  })

  test('of a batch of a hundred links are two hundred, each with a name of its own', async () => {
    const { schedules, ...api } = scheduledApi()
    const links = Array.from({ length: 100 }, (_, index) => ({ ...both, key: `f-${index}` }))
    const { body: batch } = await api.call('POST', '/links/batch', { body: { links } })
    expect((batch['results'] as { status: number }[]).every(({ status }) => status === 201)).toBe(true)
    expect(new Set(schedules.map(({ name }) => name)).size).toBe(200)
  })

  test('that can not be made leave their item alone 503, without a link, and a repeat goes on', async () => {
    let isThrottled = true
    const { schedules, ...api } = scheduledApi(() => isThrottled)
    const links = [{ key: 'g' }, both]
    const request = { body: { links }, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' } }
    const statuses = async () => {
      const { body: batch } = await api.call('POST', '/links/batch', request)
      return (batch['results'] as { status: number }[]).map(({ status }) => status)
    }
    expect(await statuses()).toEqual([201, 503])
    isThrottled = false
    api.clock.advance(60_000)
    expect(await statuses()).toEqual([201, 201])
    expect(schedules).toHaveLength(2)
  })
})
