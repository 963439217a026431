import { describe, expect, test } from 'vitest'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/dynamodb.ts'
import { itemOfLink } from '../../../shared/link-item.ts'
import { parseIpv4 } from '../../../shared/network.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { Attempt, LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/fault-server.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'

const deletion: Redemption = {
  id: makeLink().link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseIpv4('203.0.113.7')!,
}
const update: Redemption = { ...deletion, receipt: makeDraft() }
const attempt: Attempt = { region: 'us-east-1', now: secondsFromNoon(0), timeoutMs: 300 }

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const regions = ['us-east-1'] as const

/** The table through the edge's own client, or through the SDK as the regional exchange has it. */
const clients = {
  edge: (endpoint: string) => dynamodbIn(regions, () => ({ endpoint, credentials })),
  SDK: (endpoint: string) => operationsOf(dynamodbOfApi(regions, () => ({ endpoint, credentials }))),
}

function tableAt(endpoint: string, client: keyof typeof clients = 'edge'): LinkTable {
  return dynamodbLinkTable('links', clients[client](endpoint))
}

describe.each([
  ['delete', 'edge', deletion],
  ['update', 'edge', update],
  ['delete', 'SDK', deletion],
  ['update', 'SDK', update],
] as const)('what a failed %s through the %s has done', (_, client, redemption) => {
  test.each<[string, Fault, string]>([
    ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException'), 'no-effect'],
    ['a throttled account', dynamodbError(400, 'ThrottlingException'), 'no-effect'],
    ['too many requests', dynamodbError(400, 'RequestLimitExceeded'), 'no-effect'],
    ['a write conflict between Regions', dynamodbError(400, 'ReplicatedWriteConflictException'), 'no-effect'],
    ['a conflict with a transaction', dynamodbError(400, 'TransactionConflictException'), 'no-effect'],
    ['a failed condition', dynamodbError(400, 'ConditionalCheckFailedException'), 'condition-failed'],
    ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError'), 'unknown-effect'],
    ['DynamoDB being away', dynamodbError(503, 'ServiceUnavailable'), 'unknown-effect'],
    ['an error page of somebody between', { status: 502, body: '<html>Bad Gateway</html>' }, 'unknown-effect'],
    ['a success that returns no item', { status: 200, body: '{}' }, 'unknown-effect'],
    ['an answer that is no JSON', { status: 200, body: '{"Attributes":' }, 'unknown-effect'],
    ['a connection reset after the request', 'reset', 'unknown-effect'],
    ['a connection reset within the answer', 'truncate', 'unknown-effect'],
    ['no answer in time', 'black hole', 'unknown-effect'],
  ])('%s', async (_, fault, kind) => {
    const server = await startFaultServer(fault)
    expect((await tableAt(server.endpoint, client).tryConsume(redemption, attempt)).kind).toBe(kind)
    expect(server.requests()).toBe(1)
  })

  test('nobody listening: nothing was sent', async () => {
    const server = await startFaultServer('reset')
    await server.close()
    expect(await tableAt(server.endpoint, client).tryConsume(redemption, attempt)).toEqual({ kind: 'no-effect' })
  })

  test.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ValidationException',
    'UnrecognizedClientException',
  ])('%s: barred, for no second try there can mend it', async name => {
    const server = await startFaultServer(dynamodbError(400, name))
    const answer = await tableAt(server.endpoint, client).tryConsume(redemption, attempt)
    expect(answer).toMatchObject({ kind: 'not-retryable', cause: { name } })
    expect(server.requests()).toBe(1)
  })
})

test.each(['edge', 'SDK'] as const)(
  'the read after a lost answer through the %s rejects on any failure and is sent once',
  async client => {
    for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset', 'black hole'] as const) {
      const server = await startFaultServer(fault)
      await expect(tableAt(server.endpoint, client).exists(deletion.id, attempt)).rejects.toThrow()
      expect(server.requests()).toBe(1)
    }
  },
)

test.each(['edge', 'SDK'] as const)(
  'a Region without a replica is an error for the %s, never another Region',
  async client => {
    const asking = tableAt('http://127.0.0.1:1', client).tryConsume(deletion, { ...attempt, region: 'eu-west-1' })
    await expect(asking).rejects.toThrow('eu-west-1 is not one of us-east-1')
  },
)

test('the link is asked for in the Region of the attempt, whatever its home', async () => {
  const server = await startFaultServer(dynamodbError(400, 'ConditionalCheckFailedException'))
  const redemption: Redemption = { ...deletion, homeRegion: 'ap-south-1' }
  expect(await tableAt(server.endpoint).tryConsume(redemption, attempt)).toEqual({
    kind: 'condition-failed',
    found: undefined,
  })
  expect(server.requests()).toBe(1)
})

test('the read after a lost answer is strongly consistent: another might show a link that is gone', async () => {
  const sent: object[] = []
  const send: DynamoDB['send'] = async (_, input) => (sent.push(input), {})
  await dynamodbLinkTable('links', { send }).exists(deletion.id, attempt)
  expect(sent).toEqual([{ TableName: 'links', Key: { id: { S: deletion.id } }, ConsistentRead: true }])
})

test('an answer about another link is no answer to ours: it must not hand out that link', async () => {
  const other = itemOfLink(makeLink().link)
  const send: DynamoDB['send'] = async () => ({ Attributes: other })
  for (const redemption of [deletion, update]) {
    expect(await dynamodbLinkTable('links', { send }).tryConsume(redemption, attempt)).toEqual({
      kind: 'unknown-effect',
    })
  }
})
