import { describe, expect, test } from 'vitest'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import type { IdempotencyRecord } from '../../../api/ports.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/fault-server.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'

const now = secondsFromNoon(0)
const record: IdempotencyRecord = {
  id: 'id',
  fingerprint: 'f',
  salt: 's',
  leaseUntil: secondsFromNoon(30),
  expiresAt: secondsFromNoon(86_400),
}
const issued = { link: makeLink().link, keySlot: 1, attempt: 1 } as const
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const configFor = (endpoint: string) => ({ region: 'us-east-1', endpoint, credentials })

const writes = {
  reserve: endpoint => dynamodbIdempotencyStore('api-state', configFor(endpoint)).reserve(record, now),
  complete: endpoint => dynamodbIdempotencyStore('api-state', configFor(endpoint)).complete(record, issued),
  release: endpoint => dynamodbIdempotencyStore('api-state', configFor(endpoint)).release(record),
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

const failures = [dynamodbError(400, 'ThrottlingException'), dynamodbError(500, 'InternalServerError')]

test.each<Fault>([...failures, 'reset', 'black hole'])(
  'a quota is charged in one attempt, since a second one could charge it twice: %j',
  async fault => {
    const server = await startFaultServer(fault)
    const quota = dynamodbQuota('api-state', configFor(server.endpoint))
    await expect(quota.tryAdd({ id: 'id', expiresAt: now }, 1, 100)).rejects.toThrow()
    expect(server.requests()).toBe(1)
  },
)
