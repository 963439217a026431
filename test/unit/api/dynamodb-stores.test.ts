import { describe, expect, test } from 'vitest'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import { dynamodbExpiredItems } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import type { IdempotencyRecord } from '../../../api/ports.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/edge/fault-server.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { serveHere } from '../../support/machine/serve.ts'

const now = secondsFromNoon(0)
const record: IdempotencyRecord = {
  id: 'id',
  fingerprint: 'f',
  salt: 's',
  leaseUntil: secondsFromNoon(30),
  expiresAt: secondsFromNoon(86_400),
}
const { link } = makeLink()
const issued = { link, keySlot: 1, attempt: 1 } as const
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const idempotencyAt = (endpoint: string) =>
  dynamodbIdempotencyStore('api-state', { region: 'us-east-1', endpoint, credentials })
const tableAt = (endpoint: string) => dynamodbIn(['us-east-1'], () => ({ endpoint, credentials }))
const linksAt = (endpoint: string) => dynamodbLinks('links', tableAt(endpoint))
const expiredAt = (endpoint: string) => dynamodbExpiredItems('links', tableAt(endpoint), 'us-east-1')

const writes = {
  reserve: endpoint => idempotencyAt(endpoint).reserve(record, now),
  complete: endpoint => idempotencyAt(endpoint).complete(record, issued),
  release: endpoint => idempotencyAt(endpoint).release(record),
} as const satisfies Record<string, (endpoint: string) => Promise<unknown>>

describe.each(Object.entries(writes))('to %s, the store of idempotency records', (_, write) => {
  test.each<[string, Fault]>([
    ['a throttle', dynamodbError(400, 'ThrottlingException')],
    ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError')],
    ['a reset connection', 'reset'],
    ['half a response', 'truncate'],
  ])('makes three attempts after %s', async (__, fault) => {
    const server = await startFaultServer(fault)
    await expect(write(server.endpoint)).rejects.toThrow()
    expect(server.requests()).toBe(3)
  })

  test('makes one attempt if DynamoDB refuses the request', async () => {
    const server = await startFaultServer(dynamodbError(400, 'AccessDeniedException'))
    await expect(write(server.endpoint)).rejects.toThrow('AccessDeniedException')
    expect(server.requests()).toBe(1)
  })

  test('gives up after 2.5 seconds without a response', async () => {
    const { endpoint } = await startFaultServer('black hole')
    const startedAt = performance.now()
    await expect(write(endpoint)).rejects.toThrow()
    expect(performance.now() - startedAt).toBeGreaterThan(2400)
    expect(performance.now() - startedAt).toBeLessThan(4000)
  })

  test('succeeds if the second attempt does', async () => {
    let requests = 0
    const { origin } = await serveHere((request, response) => {
      request.resume().once('end', () => {
        requests += 1
        if (requests === 1) return void response.writeHead(400).end('{"__type":"x#ThrottlingException"}')
        response.end('{}')
      })
    })
    await write(origin)
    expect(requests).toBe(2)
  })
})

const once = {
  // A second attempt could charge it twice.
  charge: endpoint =>
    dynamodbQuota('api-state', { region: 'us-east-1', endpoint, credentials }).tryAdd(
      { id: 'id', expiresAt: now },
      1,
      100,
    ),
  read: endpoint => linksAt(endpoint).find(link.id, 'us-east-1'),
  revoke: endpoint => linksAt(endpoint).revoke(link, 'us-east-1'),
  find: endpoint => expiredAt(endpoint).find(0, 1, now)[Symbol.asyncIterator]().next(),
  purge: endpoint => expiredAt(endpoint).purge(link.id, now),
} as const satisfies Record<string, (endpoint: string) => Promise<unknown>>

test.each(Object.entries(once))('after one attempt to %s, it rejects', async (_, call) => {
  const throttled = ['ThrottlingException', 'ProvisionedThroughputExceededException']
  const errors = throttled.map(name => dynamodbError(400, name))
  for (const fault of [...errors, dynamodbError(500, 'InternalServerError'), 'reset'] as const) {
    const server = await startFaultServer(fault)
    await expect(call(server.endpoint), JSON.stringify(fault)).rejects.toThrow()
    expect(server.requests()).toBe(1)
  }
})

test('a quota without a response is charged in one attempt', async () => {
  const server = await startFaultServer('black hole')
  await expect(once.charge(server.endpoint)).rejects.toThrow()
  expect(server.requests()).toBe(1)
})

test.each<[string, Fault]>([
  ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException')],
  ['an id that exists already', dynamodbError(400, 'ConditionalCheckFailedException')],
  ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError')],
  ['a reset connection', 'reset'],
  ['half a response', 'truncate'],
])('after one attempt to write a link, and %s, the result is unsure', async (_, fault) => {
  const server = await startFaultServer(fault)
  expect(await linksAt(server.endpoint).put(link, 'us-east-1')).toBe('unsure')
  expect(server.requests()).toBe(1)
})

test('if the table refuses the request, writing rejects with the cause', async () => {
  const { endpoint } = await startFaultServer(dynamodbError(400, 'AccessDeniedException'))
  await expect(linksAt(endpoint).put(link, 'us-east-1')).rejects.toMatchObject({
    cause: { name: 'AccessDeniedException' },
  })
})

test('a revocation is one conditional write that marks the item, with or without a receipt', async () => {
  const sent: { operation: string; input: object }[] = []
  const send = async (operation: string, input: object) => (
    sent.push({ operation, input }),
    { Attributes: itemOfLink(link) }
  )
  const links = dynamodbLinks('links', () => ({ send }))
  for (const each of [link, { ...link, state: 'live' }] as const) await links.revoke(each, 'us-east-1')
  expect(sent.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem'])
  expect(sent[1]?.input).toEqual(sent[0]?.input)
})

test('a read is strongly consistent: any other might return a used link', async () => {
  const sent: object[] = []
  const send = async (_operation: string, input: object) => (sent.push(input), {})
  await dynamodbLinks('links', () => ({ send })).find(link.id, 'us-east-1')
  expect(sent).toEqual([{ TableName: 'links', Key: { id: { S: link.id } }, ConsistentRead: true }])
})
