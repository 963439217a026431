import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite, startSharedDynalite, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { ask } from '../../support/http.ts'

const region = 'us-east-1'

/** Tables with one item, and a client that sends its requests changed by `change`, which is called after they are signed. */
async function tablesHere(start: () => Promise<Tables> = () => startDynalite([region])) {
  const tables = await start()
  onTestFinished(() => tables.close())
  await createTables(['links'], [region], tables.config)
  const { endpoint, credentials } = tables.config(region)
  const client = (change: (request: SdkRequest) => void = () => undefined, other: object = {}) => {
    const sdk = new DynamoDBClient({ region, endpoint, credentials: { ...credentials, ...other }, maxAttempts: 1 })
    sdk.middlewareStack.add(next => args => (change(args.request as SdkRequest), next(args)), {
      step: 'finalizeRequest',
      priority: 'low',
    })
    onTestFinished(() => sdk.destroy())
    return sdk
  }
  await client().send(new PutItemCommand({ TableName: 'links', Item: { id: { S: 'a' } } }))
  return { endpoint, client }
}

interface SdkRequest {
  readonly headers: Record<string, string>
  body: unknown
}

test.each([
  ['an unknown key id', () => undefined, { accessKeyId: 'local' }],
  ['another secret', () => undefined, { secretAccessKey: 'local' }],
  ['a body that was changed', (request: SdkRequest) => void (request.body = '[]'), {}],
  [
    'an operation that was changed',
    ({ headers }: SdkRequest) => void (headers['x-amz-target'] = 'DynamoDB_20120810.DescribeLimits'),
    {},
  ],
  ['a time that was changed', ({ headers }: SdkRequest) => void (headers['x-amz-date'] = '20200101T000000Z'), {}],
  ['no signature', ({ headers }: SdkRequest) => void delete headers['authorization'], {}],
  ['an Origin, though it is signed', ({ headers }: SdkRequest) => void (headers['origin'] = 'http://127.0.0.1:1'), {}],
  ['a rebound Host', ({ headers }: SdkRequest) => void (headers['host'] = 'rebound.example'), {}],
])('the tables of an emulator refuse a request with %s', async (_, change, credentials) => {
  const { client } = await tablesHere()
  expect((await client().send(new ListTablesCommand({}))).TableNames).toEqual(['links'])
  await expect(client(change, credentials).send(new ListTablesCommand({}))).rejects.toThrow(
    "Only the emulator's own programs",
  )
})

test('those that all Regions share are guarded in the same way, and each start has credentials of its own', async () => {
  const [one, two] = [await tablesHere(startSharedDynalite), await startDynalite([region])]
  onTestFinished(() => two.close())
  const { credentials } = two.config(region)
  await expect(one.client(undefined, credentials).send(new ListTablesCommand({}))).rejects.toThrow('own programs')
})

test('a request that is longer than DynamoDB accepts is refused', async () => {
  const { endpoint } = await tablesHere()
  const body = 'x'.repeat(16 * 1024 * 1024 + 1)
  expect((await ask(`${endpoint}/`, { method: 'POST', body })).status).toBe(413)
})
