import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dynamodbReceived } from '../../../api/adapters/dynamodb-received.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { createReceivedHandler } from '../../../api/uploads/received-handler.ts'
import type { ReceivedUploads } from '../../../api/uploads/received-ports.ts'
import { dynamodbIn } from '../../../edge/adapters/aws.ts'
import { createHandler } from '../../../edge/redeem/handler.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import type { Link } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { answerOf, proxyEvent } from '../../support/api/api.ts'
import { memoryReceived } from '../../support/api/received.ts'
import { memoryBucket, partOf } from '../../support/api/uploads.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryStore, type Store, storeOn } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'

const regions = ['us-east-1', 'us-east-2', 'us-west-2'] as const
const senders = 24
const rounds = process.env['PROOF'] === 'all' ? 1000 : 200
/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000

/** How often a response is lost, and how often a request is repeated at most. */
const lossRate = 0.2
const maxAttempts = 30

/** Where links and uploads are kept. */
interface Stores {
  readonly store: Pick<Store, 'table' | 'links'>
  readonly received: ReceivedUploads
}

/** What a race found. Everything but the rights and the objects must be 0. */
interface Found {
  rights: number
  objects: number
  /** Links that handed out several rights, or none. */
  wrongRights: number
  /** Links of which several objects were made. */
  severalObjects: number
  /** Objects that a request made which began after the revocation, or the end of the upload, had its response. */
  afterTheEnd: number
  /** Tabs that heard of a file that is not there. */
  untrue: number
}

/** Loses responses, of reads and of writes that have happened. */
function losing<T extends object>(port: T, names: readonly (keyof T)[]): T {
  const lossy = names.map(name => {
    const call = port[name] as (...args: readonly unknown[]) => Promise<unknown>
    const lose = async (...args: readonly unknown[]) => {
      const result = await call(...args)
      if (Math.random() < lossRate) throw new Error('the response is lost')
      return result
    }
    return [name, lose]
  })
  return { ...port, ...Object.fromEntries(lossy) } as T
}

/** What has ended by the time when a request began. */
const ended = new AsyncLocalStorage<ReadonlySet<string>>()

async function race({ store, received }: Stores, mode: 'home' | 'strong', count: number): Promise<Found> {
  const found = { rights: 0, objects: 0, wrongRights: 0, severalObjects: 0, afterTheEnd: 0, untrue: 0 }
  const deployment = testDeployment({ mode, homeRegions: regions, uploadApi: 'https://send.example.com/api' })
  const table: Store['table'] = {
    ...store.table,
    async tryConsume(...args) {
      const result = await store.table.tryConsume(...args)
      return Math.random() < lossRate ? { kind: 'unknown-effect' } : result
    },
  }
  const common = { clock: systemClock, keyring: testKeyring, log: () => undefined }
  const edges = regions.map(region => createHandler({ ...common, table, random: randomBytes }, deployment, region))
  const bucket = memoryBucket()
  const made = new Map<string, number>()
  const complete: typeof bucket.complete = async (...args) => {
    const [{ key, uploadId }] = args
    const result = await bucket.complete(...args)
    if (typeof result === 'object') {
      made.set(key, (made.get(key) ?? 0) + 1)
      const before = ended.getStore()
      if (before?.has(uploadId) || before?.has(key)) found.afterTheEnd += 1
    }
    return result
  }
  const api = createReceivedHandler(
    {
      ...common,
      links: losing(store.links, ['find']),
      received: losing(received, ['find', 'tryBegin', 'trySign', 'tryNote', 'setReceived', 'tryEnd']),
      bucket: losing({ ...bucket, complete }, ['begin', 'arrived', 'complete', 'abort']),
    },
    deployment,
    regions[0],
  )
  const over = new Set<string>()
  /** What happens before the request of that number from now on. */
  let revocation = { requests: 0, run: async () => {} }
  const call = async (token: string, line: string, body?: object) => {
    revocation.requests -= 1
    if (revocation.requests === 0) await revocation.run()
    const [method = '', path = ''] = line.split(' ')
    const headers = { 'Content-Type': 'application/json', 'Once-Upload': token }
    for (let attempt = 1; ; attempt += 1) {
      const event = proxyEvent(method, `/received${path}`, { body, headers })
      const answer = answerOf(await ended.run(new Set(over), async () => api(event)))
      if (answer.status !== 503 || attempt === maxAttempts) return answer
    }
  }

  /** Sends a file of its own, until it is received or refused; some tabs end an upload in between. */
  async function tab(token: string, name: string): Promise<void> {
    const part = partOf(1, 10, name)
    for (let time = 1; time <= 3; time += 1) {
      const { body, status } = await call(token, 'POST', { filename: name, bytes: 10 })
      const { id = '' } = (body['upload'] ?? {}) as { id?: string }
      if (status !== 200) return
      const signed = await call(token, `POST /${id}/parts`, { parts: [part] })
      const [{ url } = { url: '' }] = (signed.body['parts'] ?? []) as { url: string }[]
      if (url === '') continue
      bucket.send(url)
      if (Math.random() < 0.1 && (await call(token, `DELETE /${id}`)).status === 204) {
        over.add(new URL(url).searchParams.get('uploadId') ?? '')
        continue
      }
      const completed = await call(token, `POST /${id}/complete`, { bytes: 10, sha256: undefined })
      if (completed.status === 200 && !bucket.objects.has(decodeURI(new URL(url).pathname.slice(1)) as ObjectKey)) {
        found.untrue += 1
      }
      if (completed.status === 200 || completed.body.reason === 'file-received') return
    }
  }

  for (let round = 0; round < count; round += 1) {
    const { nonce, link } = newLink(round)
    await store.links.put(link, link.homeRegion)
    const redeem = async (sender: number) => {
      const headers = { 'Idempotency-Key': `sender ${sender}`, Accept: 'application/json' }
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        const event = viewerRequest({ uri: `/d/${nonce}`, method: 'POST', headers })
        const { status, body = '{}' } = await edges[sender % edges.length]!(event)
        if (status === '200') return [(JSON.parse(body) as { token: string }).token]
        if (status !== '503') return []
      }
      return []
    }
    const tokens = (await Promise.all(Array.from({ length: senders }, (_, sender) => redeem(sender)))).flat()
    found.rights += tokens.length
    const [token] = tokens
    if (token === undefined || tokens.length > 1) found.wrongRights += 1
    if (token === undefined) continue
    const key = `r/received/${link.id}/${token.split('.')[2]}`
    const revoke = async () => {
      await store.links.revoke(link, link.homeRegion)
      over.add(key)
    }
    revocation = { requests: round % 2 === 0 ? 0 : 1 + Math.floor(Math.random() * 16), run: revoke }
    await Promise.all(['one', 'two', 'three'].map(async name => tab(token, name)))
    // Alone at the end, unless the link is revoked: then there is an object.
    await tab(token, 'last')
    const objects = made.get(key) ?? 0
    found.objects += objects
    if (objects > 1) found.severalObjects += 1
    const { body } = await call(token, 'GET')
    if ((body['state'] === 'received') !== bucket.objects.has(key as ObjectKey)) found.untrue += 1
  }
  return found
}

function newLink(round: number): ReturnType<typeof makeLink> {
  const now = secondsOf(systemClock.now())
  const fields: Partial<Link> = {
    key: 'r/received' as ObjectKey,
    homeRegion: regions[round % regions.length]!,
    issuedAt: now,
    expiresAt: plusSeconds(now, 3600),
    purgeAt: plusSeconds(now, 90_000),
    state: 'live',
    bind: 'none',
    confirm: 'required',
    maxBytes: 1000, // as many tabs send one of ten bytes
    urlSeconds: 14_400,
  }
  return makeLink(fields)
}

/** The result of a race in which each link is used, and nothing is wrong. */
const fair = (count: number) => ({ rights: count, wrongRights: 0, severalObjects: 0, afterTheEnd: 0, untrue: 0 })

onDynamodbLocal(endpoint => {
  test.each(['home', 'strong'] as const)(
    `in mode %s, one of ${senders} senders at three edges gets the right to one file, and one object is made at most, for ${rounds} links`,
    { timeout },
    async mode => {
      const { config } = tablesAt(endpoint, regions[0])
      const [links, state] = [`links-${randomUUID()}`, `api-state-${randomUUID()}`]
      await createTables([links, state], [regions[0]], config)
      const clients = { edge: dynamodbIn(regions, config), api: dynamodbOfApi(regions, config) }
      const received = dynamodbReceived(state, { region: regions[0], ...config(regions[0]) })
      const found = await race({ store: storeOn(clients, links), received }, mode, rounds)
      console.log(`${mode}: ${JSON.stringify(found)}`)
      expect(found).toMatchObject(fair(rounds))
      expect(found.objects).toBeGreaterThanOrEqual(rounds / 2)
    },
  )
})

describe('broken on purpose, the race catches', () => {
  const lossless = () => ({ store: memoryStore(), received: memoryReceived() })

  test('not stores that are whole', async () => {
    expect(await race(lossless(), 'home', 20)).toMatchObject(fair(20))
  })

  test('a link that is read once and never again', async () => {
    const { store, received } = lossless()
    const known = new Map<string, Link | undefined>()
    const find: typeof store.links.find = async (id, region) => {
      const place = `${id} ${region}`
      if (!known.has(place)) known.set(place, await store.links.find(id, region))
      return known.get(place)
    }
    const { afterTheEnd } = await race({ store: { ...store, links: { ...store.links, find } }, received }, 'home', 60)
    expect(afterTheEnd).toBeGreaterThan(0)
  })

  test('a store that lets an upload end, or be replaced, whose completion was noted', async () => {
    const { store, received } = lossless()
    const blind = { ...received, tryNote: async () => true }
    const { severalObjects, untrue, afterTheEnd } = await race({ store, received: blind }, 'home', 60)
    expect(severalObjects + untrue + afterTheEnd).toBeGreaterThan(0)
  })

  test('an edge that gives the right to each who asks', async () => {
    const { store, received } = lossless()
    const tryConsume: Store['table']['tryConsume'] = async (redemption, attempt) => {
      const result = await store.table.tryConsume(redemption, attempt)
      if (result.kind !== 'condition-failed' || result.found === undefined || !redemption.receipt) return result
      const receipt = { ...redemption.receipt, redeemedAt: attempt.now, urlExpiresAt: plusSeconds(attempt.now, 60) }
      return { kind: 'consumed', link: { ...result.found, receipt } }
    }
    const generous = { ...store, table: { ...store.table, tryConsume } }
    expect((await race({ store: generous, received }, 'home', 3)).wrongRights).toBe(3)
  })
})
