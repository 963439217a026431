import { describe, expect, test } from 'vitest'
import { dynamodbQuota } from '../../api/adapters/dynamodb-quota.ts'
import type { Counter, Quota } from '../../api/ports.ts'
import { testApi } from '../support/api.ts'
import { memoryQuota } from '../support/memory-quota.ts'

const callerQuota = 100
const mine = { user: 'AROAMINE:monday' }
const missing = '/links/AAAAAAAAAAAAAAAAAAAAAA'

/** The rest of the quota that an answer tells of. */
const leftIn = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
  Number(/^"caller";r=(\d+);t=\d+$/.exec(headers['ratelimit'] ?? '')?.[1])

/** An api whose caller has used up the minute. */
async function usedUp(ports: { quota?: Quota } = {}) {
  const api = testApi(ports, { callerQuota })
  for (let count = 0; count < callerQuota; count += 1) await api.call('GET', missing, mine)
  return api
}

describe('a caller', () => {
  test('is told with every answer how many requests are left, and until when', async () => {
    const api = testApi({}, { callerQuota })
    api.clock.advance(17_250)
    const answers = [
      await api.call('POST', '/links', { body: { key: 'k' } }),
      await api.call('POST', '/links', { body: '{' }),
      await api.call('GET', '/links'),
      await api.call('GET', missing),
      await api.call('PUT', missing),
      await api.call('DELETE', missing),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 200, 404, 405, 404])
    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(answers.map(() => '"caller";q=100;w=60'))
    expect(answers.map(({ headers }) => headers['ratelimit'])).toEqual(
      [99, 98, 97, 96, 95, 94].map(left => `"caller";r=${left};t=43`),
    )
  })

  test('is turned away over the quota until the minute is over, and no other caller is', async () => {
    const api = await usedUp()
    api.clock.advance(12_000)
    const over = await api.call('POST', '/links', { body: { key: 'k' }, ...mine })
    expect(over).toMatchObject({ status: 429, body: { reason: 'too-many-requests', status: 429 } })
    expect(over.headers).toMatchObject({ 'retry-after': '48', ratelimit: '"caller";r=0;t=48' })
    expect((await api.call('POST', '/links', { body: { key: 'k' }, user: 'AROAOTHER:monday' })).status).toBe(201)
    expect((await api.call('POST', '/links', { body: { key: 'k' }, ...mine, account: '444455556666' })).status).toBe(
      201,
    )
    api.clock.advance(48_000)
    expect((await api.call('POST', '/links', { body: { key: 'k' }, ...mine })).status).toBe(201)
  })

  test('is the same in every session of its role', async () => {
    const api = await usedUp()
    expect((await api.call('GET', missing, { user: 'AROAMINE:tuesday' })).status).toBe(429)
  })

  test('over the quota is still told what is wrong with a path or a method', async () => {
    const api = await usedUp()
    expect((await api.call('PUT', '/links', mine)).status).toBe(405)
    expect((await api.call('GET', '/elsewhere', mine)).status).toBe(404)
  })

  test('pays for a batch by its links, and a batch that is turned away costs nothing', async () => {
    const api = testApi({}, { callerQuota })
    const batch = (length: number) => ({ body: { links: Array.from({ length }, () => ({ key: 'k' })) } })
    expect(leftIn(await api.call('POST', '/links/batch', batch(60)))).toBe(40)
    const over = await api.call('POST', '/links/batch', batch(41))
    expect([over.status, leftIn(over)]).toEqual([429, 40])
    const fits = await api.call('POST', '/links/batch', batch(40))
    expect([fits.status, leftIn(fits)]).toEqual([200, 0])
  })

  test('pays for one request where a batch is wrong as a whole', async () => {
    const api = testApi({}, { callerQuota })
    const wrong = await api.call('POST', '/links/batch', { body: { links: Array.from({ length: 101 }, () => ({})) } })
    expect([wrong.status, leftIn(wrong)]).toEqual([400, 99])
  })

  test('who can’t be counted is let through, without a word about the quota', async () => {
    const quota: Quota = { spend: async () => Promise.reject(new Error('no answer')) }
    const { status, headers } = await testApi({ quota }, { callerQuota }).call('POST', '/links', { body: { key: 'k' } })
    expect([status, headers['ratelimit'], headers['ratelimit-policy']]).toEqual([201, undefined, undefined])
  })

  test('is let through where the table of counters does not answer', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const quota = dynamodbQuota('answers', { region: 'us-east-1', endpoint: 'http://127.0.0.1:9', credentials })
    const { status } = await testApi({ quota }).call('POST', '/links', { body: { key: 'k' } })
    expect(status).toBe(201)
  })

  test('is told of the quota by a 503, too', async () => {
    const keyring = { current: async () => Promise.reject(new Error('no keys')) }
    const lost = await testApi({ keyring }).call('POST', '/links', { body: { key: 'k' } })
    expect([lost.status, lost.headers['ratelimit']]).toEqual([503, undefined])
    const { links } = testApi().store
    const find = async () => Promise.reject(new Error('no answer'))
    const { status, headers } = await testApi({ links: { ...links, find } }, { callerQuota }).call('GET', missing)
    expect([status, headers['ratelimit']]).toEqual([503, '"caller";r=99;t=60'])
  })
})

test('no counter names its caller, and each is forgotten a minute after its own', async () => {
  const counters: Counter[] = []
  const inMemory = memoryQuota()
  const quota: Quota = { spend: (counter, ...more) => (counters.push(counter), inMemory.spend(counter, ...more)) }
  const api = testApi({ quota })
  for (const user of ['AROAMINE:monday', 'AROAOTHER:monday']) await api.call('GET', missing, { user })
  api.clock.advance(60_000)
  await api.call('GET', missing, mine)
  expect(new Set(counters.map(({ id }) => id)).size).toBe(3)
  expect(JSON.stringify(counters)).not.toMatch(/AROA|111122223333/)
  const noon = api.clock.now() / 1000 - 60
  expect(counters.map(({ expiresAt }) => expiresAt - noon)).toEqual([120, 120, 180])
})
