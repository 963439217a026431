import { expect, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { itemOfLink } from '../../../shared/link-item.ts'
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
  ['an id that exists already', dynamodbError(400, 'ConditionalCheckFailedException')],
  ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError')],
  ['a reset connection', 'reset'],
  ['half a response', 'truncate'],
])('after one attempt to write a link, and %s, the result is unsure', async (_, fault) => {
  const { server, links } = await linksAt(fault)
  expect(await links.put(link, 'us-east-1')).toBe('unsure')
  expect(server.requests()).toBe(1)
})

test('if the table refuses the request, writing rejects with the cause', async () => {
  const { links } = await linksAt(dynamodbError(400, 'AccessDeniedException'))
  await expect(links.put(link, 'us-east-1')).rejects.toMatchObject({ cause: { name: 'AccessDeniedException' } })
})

test('if the table does not respond, reading and revoking reject after one attempt', async () => {
  for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset'] as const) {
    const { server, links } = await linksAt(fault)
    await expect(links.revoke(link, 'us-east-1')).rejects.toThrow()
    await expect(links.find(link.id, 'us-east-1')).rejects.toThrow()
    expect(server.requests()).toBe(2)
  }
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
