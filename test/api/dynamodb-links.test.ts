import { expect, test } from 'vitest'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbError, type Fault, startFaultServer } from '../support/fault-server.ts'
import { makeLink } from '../support/links.ts'

const { link } = makeLink()

async function linksAt(fault: Fault) {
  const server = await startFaultServer(fault)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = () => ({ endpoint: server.endpoint, credentials })
  return { server, links: dynamodbLinks({ tableName: 'links', homeRegions: ['us-east-1'], client }) }
}

test.each<[string, Fault]>([
  ['a throttled table', dynamodbError(400, 'ProvisionedThroughputExceededException')],
  ['an id that is taken', dynamodbError(400, 'ConditionalCheckFailedException')],
  ['an error inside DynamoDB', dynamodbError(500, 'InternalServerError')],
  ['a reset connection', 'reset'],
  ['half an answer', 'truncate'],
])('a new link and %s: unsure, and sent once', async (_, fault) => {
  const { server, links } = await linksAt(fault)
  expect(await links.put(link)).toBe('unsure')
  expect(server.requests()).toBe(1)
})

test('a table that refuses us is an error that names the cause', async () => {
  const { links } = await linksAt(dynamodbError(400, 'AccessDeniedException'))
  await expect(links.put(link)).rejects.toMatchObject({ cause: { name: 'AccessDeniedException' } })
})

test('a revocation or look-up without an answer is an error, sent once: nobody may take it for a no', async () => {
  for (const fault of [dynamodbError(500, 'InternalServerError'), 'reset'] as const) {
    const { server, links } = await linksAt(fault)
    await expect(links.revoke(link.id, 'us-east-1')).rejects.toThrow()
    await expect(links.find(link.id, 'us-east-1')).rejects.toThrow()
    expect(server.requests()).toBe(2)
  }
})
