import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDecisions } from '../../support/iam/decisions.ts'
import { missingIamSimulate } from '../../support/iam/evaluate.ts'
import { account, startMiniStack } from '../../support/ministack/ministack.ts'
import { missingPython, runPython } from '../../support/python.ts'

const region = 'us-east-1'
const role = `arn:aws:iam::${account}:role/reader`
const arnOf = (name: string) => `arn:aws:dynamodb:${region}:${account}:table/${name}`

/** Reads the table that its event names, and returns the error. It brings the SDK that Lambda brings. */
const code = `const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb')
const client = new DynamoDBClient({ region: '${region}' })
exports.handler = ({ TableName }) =>
  client.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } })).then(() => 'read', ({ name }) => name)`

const missing = missingPython ?? missingIamSimulate

describe.skipIf(missing !== undefined)('on MiniStack, a function acts as its role', () => {
  const stops: (() => Promise<void>)[] = []
  let decisions: Awaited<ReturnType<typeof startDecisions>>
  let read: (table: string) => Promise<unknown>

  beforeAll(async () => {
    decisions = await startDecisions()
    stops.push(() => decisions.stop())
    const ministack = await startMiniStack({ AUTH: 'true', IAM_DECISIONS: decisions.url })
    stops.push(() => ministack.stop())
    const credentials = { accessKeyId: account, secretAccessKey: 'test' }
    const config = { endpoint: ministack.endpoint, region, credentials, maxAttempts: 1 }
    const dynamodb = new DynamoDBClient(config)
    for (const TableName of ['allowed', 'other', 'guarded']) {
      const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }]
      const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' as const }]
      const BillingMode = 'PAY_PER_REQUEST'
      await dynamodb.send(new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode }))
    }
    await dynamodb.send(new PutResourcePolicyCommand({ ResourceArn: arnOf('guarded'), Policy: JSON.stringify(guard) }))
    await createReader(config)
    const lambda = new LambdaClient(config)
    read = async TableName => {
      const Payload = JSON.stringify({ TableName })
      const { Payload: result } = await lambda.send(new InvokeCommand({ FunctionName: 'reader', Payload }))
      return JSON.parse(Buffer.from(result ?? []).toString())
    }
  })
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop()
  })
  const recorded = (table: string) => decisions.calls.filter(({ resource }) => resource === arnOf(table))

  test('a call that its policy allows is made and recorded, once however often it is made', async () => {
    expect([await read('allowed'), await read('allowed')]).toEqual(['read', 'read'])
    expect(recorded('allowed')).toMatchObject([
      {
        action: 'dynamodb:GetItem',
        principal: expect.stringMatching(/assumed-role\/reader\/reader$/),
        refused: undefined,
      },
    ])
  })

  test('a call that no policy allows is refused, as AWS refuses it', async () => {
    expect(await read('other')).toBe('AccessDeniedException')
    expect(recorded('other')).toMatchObject([{ refused: 'ImplicitlyDenied' }])
  })

  test('the policy of a table, which MiniStack does not evaluate, is decided too', async () => {
    expect(await read('guarded')).toBe('AccessDeniedException')
    expect(recorded('guarded')).toMatchObject([{ refused: 'ExplicitlyDenied' }])
  })

  test('what Lambda does with the role of a function is recorded: it writes the log', async () => {
    const written = () => decisions.calls.filter(({ action }) => action.startsWith('logs:'))
    for (let tries = 0; written().length < 2 && tries < 100; tries++) await pause(100)
    expect(new Set(written().map(({ action }) => action))).toContain('logs:PutLogEvents')
  })
})

const guard = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'dynamodb:GetItem',
      Resource: arnOf('guarded'),
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [`arn:aws:iam::${account}:role/writer`] } },
    },
  ],
}

async function createReader(config: ConstructorParameters<typeof LambdaClient>[0] & object): Promise<void> {
  const iam = new IAMClient(config)
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })
  await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument }))
  const reads = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: [arnOf('allowed'), arnOf('guarded')] }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [reads] })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'own', PolicyDocument }))
  const Code = { ZipFile: zipped(code) }
  const how = { Runtime: 'nodejs22.x' as const, Handler: 'index.handler', Timeout: 20 }
  await new LambdaClient(config).send(new CreateFunctionCommand({ FunctionName: 'reader', Role: role, Code, ...how }))
}

/** Returns an archive with one file, index.js. */
function zipped(content: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'once-function-'))
  try {
    const file = join(folder, 'code.zip')
    const write = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").writestr("index.js", sys.argv[2])'
    runPython(['-c', write, file, content], 20)
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
