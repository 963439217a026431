import { describe, expect, test } from 'vitest'
import { linkSchedules } from '../../../api/adapters/link-schedules.ts'
import { callerHash } from '../../../api/principal.ts'
import type { LinkStore } from '../../../api/ports.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { Verb } from '../../../shared/callers/issuers.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { VersionId } from '../../../shared/object-key.ts'
import type { Schedule } from '../../../shared/table/schedule.ts'
import { testApi } from '../../support/api/api.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testObject } from '../../support/api/memory-objects.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const on = { fileEnds: true, reminders: true } satisfies Partial<WithIssuers>
const body = { key: 'f', deleteFile: true }
const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' }
const again = { headers: { 'Idempotency-Key': 'again' } }
const fileEnd = { target: 'arn:of:file-ends', deadLetters: 'arn:of:queue' }

/** An API whose schedules are kept, or fail as `fails` says. */
function scheduledApi(fails: (schedule: Schedule) => boolean = () => false, links?: LinkStore) {
  const schedules: Schedule[] = []
  const create = async (schedule: Schedule) => {
    if (fails(schedule)) throw new RangeError('throttled')
    schedules.push(schedule)
  }
  const clock = manualClock()
  const made = linkSchedules({ create }, clock, { reminder: 'arn:of:events', fileEnd })
  return { ...testApi({ schedules: made, clock, ...(links && { links }) }, on), clock, schedules }
}

test('a link whose file goes with it keeps a receipt, and shows what becomes of the file', async () => {
  const api = testApi({}, on)
  const issued = await api.call('POST', '/links', { body, headers })
  expect(issued.status).toBe(201)
  expect((await api.call('GET', `/links/${issued.body.id}`)).body).toMatchObject({ deleteFile: true, receipt: null })
  const other = await api.call('POST', `/links/${issued.body.id}/replace`, again)
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
    const { status, body: problem } = await testApi({}, on).call('POST', '/links', {
      body: { ...body, ...more },
      headers,
    })
    expect(status).toBe(400)
    expect(problem.errors).toMatchObject([error])
  })

  test('without the setting', async () => {
    const { body: problem } = await testApi().call('POST', '/links', { body, headers })
    const allowed = 'no deleteFile: this deployment deletes no files (`fileEnds`)'
    expect(problem.errors).toEqual([{ field, got: 'true', allowed }])
  })

  test('for an object without versions', async () => {
    const api = testApi({}, on)
    api.objects.write('f', { size: 1 })
    expect((await api.call('POST', '/links', { body, headers })).body.errors).toMatchObject([
      { field, got: 'an object without versions' },
    ])
  })

  test('in a batch where another link leads to the object, and that link is issued', async () => {
    const links = [body, { key: 'f' }, { key: 'g', deleteFile: true }]
    const { body: batch } = await testApi({}, on).call('POST', '/links/batch', { body: { links }, headers })
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
      headers,
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
    const issued = await api.call('POST', '/links', { body, headers, ...asRole('desk') })
    expect(issued.status, JSON.stringify(issued.body)).toBe(status)
    if (status === 400)
      return expect(issued.body.errors).toMatchObject([{ got: 'a file that this caller did not upload' }])
    expect(await api.store.links.find(issued.body.id as LinkId, 'us-east-1')).not.toHaveProperty('uploader')
  })
})

test('without an Idempotency-Key it is refused, since a repeat would be another link to the file', async () => {
  const { status, body: problem } = await testApi({}, on).call('POST', '/links', { body })
  expect(status).toBe(400)
  expect(problem.errors).toMatchObject([{ field: 'Idempotency-Key', got: 'nothing' }])
})

describe('schedules', () => {
  const day = 24 * 3600
  const both = { ...body, expiresIn: 3 * day, urlSeconds: 60, remindAt: 'day-before' }
  const end = secondsFromNoon(3 * day + 60 + 300)

  test('are there before the response: for the reminder of a link, and for its file at the latest moment', async () => {
    const { schedules, ...api } = scheduledApi()
    const { id } = (await api.call('POST', '/links', { body: both, headers })).body
    const expected = [
      { name: `r-${id}`, at: secondsFromNoon(2 * day), target: 'arn:of:events', id },
      { name: `f-${id}`, at: end, id, ...fileEnd },
    ]
    expect(schedules).toEqual(expected)
    await api.call('POST', '/links', { body: both, headers })
    expect(schedules).toEqual([...expected, ...expected])
  })

  test('of a batch of a hundred links are two hundred, each with a name of its own', async () => {
    const { schedules, ...api } = scheduledApi()
    const links = Array.from({ length: 100 }, (_, index) => ({ ...both, key: `f-${index}` }))
    const { body: batch } = await api.call('POST', '/links/batch', { body: { links }, headers })
    expect((batch['results'] as { status: number }[]).every(({ status }) => status === 201)).toBe(true)
    expect(new Set(schedules.map(({ name }) => name)).size).toBe(200)
  })

  test('that can not be made leave their item alone 503, and a repeat gets the same link with them', async () => {
    let isThrottled = true
    const { schedules, ...api } = scheduledApi(() => isThrottled)
    const request = { body: { links: [{ key: 'g' }, both] }, headers }
    const statuses = async () => {
      const { body: batch } = await api.call('POST', '/links/batch', request)
      return (batch['results'] as { status: number }[]).map(({ status }) => status)
    }
    expect(await statuses()).toEqual([201, 503])
    isThrottled = false
    expect(await statuses()).toEqual([201, 201])
    expect(schedules).toHaveLength(2)
  })

  test('of links that an attempt may have written are not made: nothing but the link that is returned ends its file', async () => {
    const { links } = memoryStore()
    const written: string[] = []
    const put: LinkStore['put'] = async (link, region) => {
      written.push(link.id)
      await links.put(link, region)
      return written.length % 3 === 0 ? 'put' : 'unsure'
    }
    const { schedules, ...api } = scheduledApi(() => false, { ...links, put })
    const issued = await api.call('POST', '/links', { body, headers })
    const replaced = await api.call('POST', `/links/${issued.body.id}/replace`, again)
    expect(replaced.status).toBe(201)
    expect(written.length).toBeGreaterThan(5)
    expect(schedules.map(({ id }) => id)).toEqual([issued.body.id, replaced.body.id])
  })
})
