import { expect, test } from 'vitest'
import { dynamodbExpiredItems } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { dynamodbError, startFaultServer } from '../../support/fault-server.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'

test.each([
  dynamodbError(400, 'ProvisionedThroughputExceededException'),
  dynamodbError(500, 'InternalServerError'),
  'reset',
] as const)('if the table does not respond, finding and purging reject after one attempt: %j', async fault => {
  const server = await startFaultServer(fault)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const dynamodb = dynamodbIn(['us-east-1'], () => ({ endpoint: server.endpoint, credentials }))
  const expiredItems = dynamodbExpiredItems('links', dynamodb, 'us-east-1')
  await expect(expiredItems.purge(makeLink().link.id, secondsFromNoon(0))).rejects.toThrow()
  await expect(expiredItems.find(0, 1, secondsFromNoon(0))[Symbol.asyncIterator]().next()).rejects.toThrow()
  expect(server.requests()).toBe(2)
})
