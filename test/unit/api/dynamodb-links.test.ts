import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { type DynamoDB, dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/fault-server.ts'
import { makeLink } from '../../support/links.ts'

const { link } = makeLink()

async function linksAt(fault: Fault) {
  const server = await startFaultServer(fault)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const dynamodb = dynamodbIn(['us-east-1'], () => ({ endpoint: server.endpoint, credentials }))
  return { server, links: dynamodbLinks('links', dynamodb) }
}

test.each<[string, Fault]>([
  ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException')],
  ['an id that is taken', dynamodbError(400, 'ConditionalCheckFailedException')],
  ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError')],
  ['a reset connection', 'reset'],
  ['half an answer', 'truncate'],
])('a new link and %s: unsure, and sent once', async (_, fault) => {
  const { server, links } = await linksAt(fault)
  expect(await links.put(link, 'us-east-1')).toBe('unsure')
  expect(server.requests()).toBe(1)
})

test('a table that refuses us is an error that names the cause', async () => {
  const { links } = await linksAt(dynamodbError(400, 'AccessDeniedException'))
  await expect(links.put(link, 'us-east-1')).rejects.toMatchObject({ cause: { name: 'AccessDeniedException' } })
})

test('a revocation or look-up without an answer is an error, sent once: nobody may take it for a no', async () => {
  for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset'] as const) {
    const { server, links } = await linksAt(fault)
    await expect(links.revoke(link, 'us-east-1')).rejects.toThrow()
    await expect(links.find(link.id, 'us-east-1')).rejects.toThrow()
    expect(server.requests()).toBe(2)
  }
})

test('a revocation is one conditional write that marks the item, whatever the link keeps', async () => {
  const sent: { input: object }[] = []
  const send = async (command: { input: object }) => (sent.push(command), {})
  const links = dynamodbLinks('links', () => ({ send }) as ReturnType<DynamoDB>)
  for (const each of [link, { ...link, state: 'live' }] as const) await links.revoke(each, 'us-east-1')
  expect(sent.every(command => command instanceof UpdateItemCommand)).toBe(true)
  expect(sent[1]?.input).toEqual(sent[0]?.input)
})

test('a look-up is strongly consistent: another might show a link that is gone', async () => {
  const sent: object[] = []
  const send = async ({ input }: { input: object }) => (sent.push(input), {})
  await dynamodbLinks('links', () => ({ send }) as ReturnType<DynamoDB>).find(link.id, 'us-east-1')
  expect(sent).toEqual([{ TableName: 'links', Key: { id: { S: link.id } }, ConsistentRead: true }])
})
