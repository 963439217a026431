import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { startDynalite, startSharedDynalite } from '../../../emulator/dynamodb/tables.ts'

const region = 'us-east-1'

interface SdkRequest {
  readonly headers: Record<string, string>
  body: unknown
}

test.each<[string, (request: SdkRequest) => void, object?]>([
  ['an unknown key id', () => undefined, { accessKeyId: 'local' }],
  ['another secret', () => undefined, { secretAccessKey: 'local' }],
  ['a body that was changed', request => void (request.body = '[]')],
  ['no signature', ({ headers }) => void delete headers['authorization']],
])('the tables of an emulator refuse a program whose request has %s', async (_, change, other = {}) => {
  for (const start of [() => startDynalite([region]), startSharedDynalite]) {
    const tables = await start()
    onTestFinished(() => tables.close())
    const { endpoint, credentials } = tables.config(region)
    const clientWith = (others: object) => {
      const client = new DynamoDBClient({
        region,
        endpoint,
        credentials: { ...credentials, ...others },
        maxAttempts: 1,
      })
      onTestFinished(() => client.destroy())
      return client
    }
    expect((await clientWith({}).send(new ListTablesCommand({}))).TableNames).toEqual([])
    const stranger = clientWith(other)
    stranger.middlewareStack.add(next => args => (change(args.request as SdkRequest), next(args)), {
      step: 'finalizeRequest',
      priority: 'low',
    })
    await expect(stranger.send(new ListTablesCommand({}))).rejects.toThrow("Only the emulator's own programs")
  }
})
