import { describe, expect, onTestFinished, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { missingPython } from '../../support/python.ts'
import { runScript } from './run-script.ts'

describe.skipIf(missingPython !== undefined)('boto3, as a client of the emulated DynamoDB,', () => {
  async function tables() {
    const { config, close } = await startDynalite(['us-east-1'])
    onTestFinished(close)
    await createTables(['links'], ['us-east-1'], config)
    return config('us-east-1')
  }

  test('understands its responses, and those to failed conditions', async () => {
    const { endpoint, credentials } = await tables()
    const item = { id: { S: 'é 😀' }, expiresAt: { N: '1795521600' } }
    expect(await runScript('tables.py', [endpoint], { by: credentials })).toEqual([
      null,
      ['ConditionalCheckFailedException', item],
      item,
      item,
      ['ConditionalCheckFailedException', null],
    ])
  })

  test('with another secret is refused', async () => {
    const { endpoint, credentials } = await tables()
    const refused = ['UnrecognizedClientException', null]
    expect(await runScript('tables.py', [endpoint], { by: { ...credentials, secretAccessKey: 'another' } })).toEqual(
      Array.from({ length: 5 }, () => refused),
    )
  })
})
