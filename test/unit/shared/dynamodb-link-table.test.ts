import { hash } from 'node:crypto'
import { bindsWithoutClient, type ReceiptDraft } from '../../../shared/link.ts'
import { describe, expect, test } from 'vitest'
import { dynamodbIn } from '../../../edge/adapters/aws.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import { parseAddress } from '../../../shared/address.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { Attempt, LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/edge/fault-server.ts'
import { closedOrigin } from '../../support/machine/ports.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'

const deletion: Redemption = {
  id: makeLink().link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseAddress('203.0.113.7')!,
  binds: bindsWithoutClient,
}
const update: Redemption = { ...deletion, receipt: makeDraft() }
/** One attempt, whose timeout is longer than a busy machine stalls. */
const attempt: Attempt = { region: 'us-east-1', now: secondsFromNoon(0), timeoutMs: 20_000 }

/** Waits for a server that never responds, but not as long. */
const attemptAt = (fault: Fault): Attempt => (fault === 'black hole' ? { ...attempt, timeoutMs: 300 } : attempt)

/** SHA-256 of the requests for an edge, as they were before there were issuers. */
const requestHashes = ['7961c41248a3d72a', '1dd867b542afe238', '4395f023ac924838']

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const regions = ['us-east-1'] as const

function tableAt(endpoint: string): LinkTable {
  return dynamodbLinkTable(
    'links',
    dynamodbIn(regions, () => ({ endpoint, credentials })),
  )
}

describe.each([
  ['delete', deletion],
  ['update', update],
] as const)('the effect of a failed %s', (_, redemption) => {
  test.each<[string, Fault, string]>([
    ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException'), 'no-effect'],
    ['a throttled account', dynamodbError(400, 'ThrottlingException'), 'no-effect'],
    ['a write conflict between Regions', dynamodbError(400, 'ReplicatedWriteConflictException'), 'no-effect'],
    ['a failed condition', dynamodbError(400, 'ConditionalCheckFailedException'), 'condition-failed'],
    ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError'), 'unknown-effect'],
    ['an error page of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 'unknown-effect'],
    ['a success that returns no item', { status: 200, body: '{}' }, 'unknown-effect'],
    ['a response that is not JSON', { status: 200, body: '{"Attributes":' }, 'unknown-effect'],
    ['a connection reset after the request', 'reset', 'unknown-effect'],
    ['a connection reset within the response', 'truncate', 'unknown-effect'],
    ['no response in time', 'black hole', 'unknown-effect'],
  ])('%s', async (_, fault, kind) => {
    const server = await startFaultServer(fault)
    expect((await tableAt(server.endpoint).tryConsume(redemption, attemptAt(fault))).kind).toBe(kind)
    expect(server.requests()).toBe(1)
  })

  test('no server: nothing was sent', async () => {
    const endpoint = await closedOrigin()
    expect(await tableAt(endpoint).tryConsume(redemption, attempt)).toEqual({ kind: 'no-effect' })
  })

  test.each(['AccessDeniedException', 'ResourceNotFoundException'])(
    '%s: not retryable, since a second attempt would fail too',
    async name => {
      const server = await startFaultServer(dynamodbError(400, name))
      const result = await tableAt(server.endpoint).tryConsume(redemption, attempt)
      expect(result).toMatchObject({ kind: 'not-retryable', cause: { name } })
      expect(server.requests()).toBe(1)
    },
  )
})

test('the read after a lost response rejects on any failure and is sent once', async () => {
  for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset', 'black hole'] as const) {
    const server = await startFaultServer(fault)
    await expect(tableAt(server.endpoint).exists(deletion.id, attemptAt(fault))).rejects.toThrow()
    expect(server.requests()).toBe(1)
  }
})

test('a Region without a replica is an error, never another Region', async () => {
  const result = tableAt('http://127.0.0.1:1').tryConsume(deletion, { ...attempt, region: 'eu-west-1' })
  await expect(result).rejects.toThrow('eu-west-1 is not one of us-east-1')
})

test('each attempt calls its own Region, whatever the home Region of the link', async () => {
  const server = await startFaultServer(dynamodbError(400, 'ConditionalCheckFailedException'))
  const redemption: Redemption = { ...deletion, homeRegion: 'ap-south-1' }
  expect(await tableAt(server.endpoint).tryConsume(redemption, attempt)).toEqual({
    kind: 'condition-failed',
    found: undefined,
  })
  expect(server.requests()).toBe(1)
})

test('the request of an edge has no part for issuers: it is these bytes', async () => {
  const sent: string[] = []
  const send: DynamoDB['send'] = async (_, input) => (sent.push(JSON.stringify(input)), {})
  const table = dynamodbLinkTable('links', { send })
  const id = 'AAAAAAAAAAAAAAAAAAAAAA' as Redemption['id']
  const fixed = { redemptionId: 'mine', addressHash: 'address', prefixHash: 'prefix' }
  const receipt = makeDraft(fixed as Partial<ReceiptDraft>)
  await table.tryConsume({ ...deletion, id }, attempt)
  await table.tryConsume({ ...deletion, id, bound: true, viewer: parseAddress('2001:db8::1')! }, attempt)
  await table.tryConsume({ ...update, id, receipt }, attempt)
  expect(sent.map(text => hash('sha256', text, 'hex').slice(0, 16))).toEqual(requestHashes)
  expect(sent.join('')).not.toMatch(/issuer|begins_with|#key/)
})

test('the read after a lost response is strongly consistent: another might show a link that is gone', async () => {
  const sent: object[] = []
  const send: DynamoDB['send'] = async (_, input) => (sent.push(input), {})
  await dynamodbLinkTable('links', { send }).exists(deletion.id, attempt)
  expect(sent).toEqual([{ TableName: 'links', Key: { id: { S: deletion.id } }, ConsistentRead: true }])
})

test('a response about another link counts as lost: that link must not be handed out', async () => {
  const other = itemOfLink(makeLink().link)
  const send: DynamoDB['send'] = async () => ({ Attributes: other })
  for (const redemption of [deletion, update]) {
    expect(await dynamodbLinkTable('links', { send }).tryConsume(redemption, attempt)).toEqual({
      kind: 'unknown-effect',
    })
  }
})

describe('a table that throttles', () => {
  const throttle = dynamodbError(400, 'ThrottlingException')
  const conflict = dynamodbError(400, 'ReplicatedWriteConflictException')

  /** A table whose writes end as `faults` says, one after the other; after that, each finds the link used. */
  function scripted(...faults: readonly (Fault | 'used')[]) {
    const left = [...faults]
    const used = Object.assign(new Error('used'), { name: 'ConditionalCheckFailedException' })
    const send: DynamoDB['send'] = async () => {
      const fault = left.shift()
      if (typeof fault !== 'object') throw used
      const [, name = ''] = /#(\w+)/.exec(fault.body) ?? []
      throw Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } })
    }
    const table = dynamodbLinkTable('links', { send })
    return async () => (await table.tryConsume(deletion, attempt)).kind
  }

  const kindsOf = async (write: () => Promise<string>, count: number) => {
    const kinds: string[] = []
    for (let made = 0; made < count; made += 1) kinds.push(await write())
    return kinds
  }
  const times = <const T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

  test('may be retried five times, and then is overloaded', async () => {
    const write = scripted(...times(8, throttle))
    expect(await kindsOf(write, 8)).toEqual([...times(5, 'no-effect'), ...times(3, 'overloaded')])
  })

  test('may be retried once more after ten writes that it did not throttle', async () => {
    const write = scripted(...times(6, throttle), ...times(10, 'used'), ...times(2, throttle))
    await kindsOf(write, 16)
    expect(await kindsOf(write, 2)).toEqual(['no-effect', 'overloaded'])
  })

  test('never has more than five retries to spare', async () => {
    const write = scripted(...times(100, 'used'), ...times(6, throttle))
    await kindsOf(write, 100)
    expect(await kindsOf(write, 6)).toEqual([...times(5, 'no-effect'), 'overloaded'])
  })

  test('has its own budget: other failures without effect are retried as before', async () => {
    expect(await kindsOf(scripted(...times(8, conflict)), 8)).toEqual(times(8, 'no-effect'))
  })
})
