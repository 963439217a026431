import { describe, expect, test } from 'vitest'
import { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import type { LinkTable, Redemption } from '../../edge/ports.ts'
import { parseIpv4 } from '../../shared/network.ts'
import { dynamodbError, type Fault, startFaultServer } from '../support/fault-server.ts'
import { makeLink, secondsFromNoon } from '../support/links.ts'

const redemption: Redemption = {
  id: makeLink().link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseIpv4('203.0.113.7')!,
  now: secondsFromNoon(0),
}

function tableAt(endpoint: string): LinkTable {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return dynamodbLinkTable({
    tableName: 'links',
    homeRegions: ['us-east-1'],
    client: () => ({ endpoint, credentials }),
  })
}

describe('what a failed delete has done', () => {
  test.each<[string, Fault, string]>([
    ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException'), 'no-effect'],
    ['a throttled account', dynamodbError(400, 'ThrottlingException'), 'no-effect'],
    ['too many requests', dynamodbError(400, 'RequestLimitExceeded'), 'no-effect'],
    ['a write conflict between Regions', dynamodbError(400, 'ReplicatedWriteConflictException'), 'no-effect'],
    ['a conflict with a transaction', dynamodbError(400, 'TransactionConflictException'), 'no-effect'],
    ['a failed condition', dynamodbError(400, 'ConditionalCheckFailedException'), 'not-taken'],
    ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError'), 'ambiguous'],
    ['DynamoDB being away', dynamodbError(503, 'ServiceUnavailable'), 'ambiguous'],
    ['an error page of somebody between', { status: 502, body: '<html>Bad Gateway</html>' }, 'ambiguous'],
    ['a success that returns no item', { status: 200, body: '{}' }, 'ambiguous'],
    ['an answer that is no JSON', { status: 200, body: '{"Attributes":' }, 'ambiguous'],
    ['a connection reset after the request', 'reset', 'ambiguous'],
    ['a connection reset within the answer', 'truncate', 'ambiguous'],
    ['no answer in time', 'black hole', 'ambiguous'],
  ])('%s', async (_, fault, kind) => {
    const server = await startFaultServer(fault)
    expect((await tableAt(server.endpoint).take(redemption, 300)).kind).toBe(kind)
    expect(server.requests()).toBe(1)
  })

  test('nobody listening: nothing was sent', async () => {
    const server = await startFaultServer('reset')
    await server.close()
    expect(await tableAt(server.endpoint).take(redemption, 300)).toEqual({ kind: 'no-effect' })
  })

  test.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ValidationException',
    'UnrecognizedClientException',
  ])('%s: rejected, for no second try can mend it', async name => {
    const server = await startFaultServer(dynamodbError(400, name))
    await expect(tableAt(server.endpoint).take(redemption, 300)).rejects.toThrow('the table of links refuses us')
    await server.close()
  })
})

test('the read after a lost answer rejects on any failure and is sent once', async () => {
  for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset', 'black hole'] as const) {
    const server = await startFaultServer(fault)
    await expect(tableAt(server.endpoint).holds(redemption, 300)).rejects.toThrow()
    expect(server.requests()).toBe(1)
  }
})

test('a home Region without a replica is an error, never another Region', async () => {
  const table = tableAt('http://127.0.0.1:1')
  expect(() => table.take({ ...redemption, homeRegion: 'eu-west-1' }, 300)).toThrow('eu-west-1 is not one of us-east-1')
})
