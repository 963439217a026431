import { describe, expect, test } from 'vitest'
import type { RecordedCall } from '../../support/iam/decisions.ts'
import { measureDenials } from '../../support/iam/denials.ts'
import { missingIamSimulate, type PolicyDocument, type Statement } from '../../support/iam/evaluate.ts'

const table = 'arn:aws:dynamodb:us-east-1:111122223333:table/links'
const writer = 'arn:aws:iam::111122223333:role/writer'

const guard = (denial: Partial<Statement> = {}): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: ['dynamodb:PutItem', 'dynamodb:PartiQLInsert'],
      Resource: table,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [writer] }, Bool: { 'aws:PrincipalIsAWSService': 'false' } },
      ...denial,
    },
  ],
})

/** A call of the writer that met this policy. */
const put = (resourcePolicy: PolicyDocument, action = 'dynamodb:PutItem'): RecordedCall => {
  const allow = { Effect: 'Allow', Action: 'dynamodb:*', Resource: table } as const
  return {
    principal: 'arn:aws:sts::111122223333:assumed-role/writer/f',
    action,
    resource: table,
    account: '111122223333',
    context: { 'aws:PrincipalArn': writer, 'aws:PrincipalIsAWSService': 'false' },
    identityPolicies: [{ name: 'own', policy: { Version: '2012-10-17', Statement: [allow] } }],
    resourcePolicy,
    refused: undefined,
  }
}

const findings = async (call: RecordedCall) => (await measureDenials([call])).findings

describe.skipIf(missingIamSimulate !== undefined)('the measurement of a table’s policy', () => {
  test('finds nothing if each denial decides and each exception is needed', async () => {
    expect(await measureDenials([put(guard())])).toEqual({ tried: 3, findings: [] })
  })

  test('finds a denial that denies nothing', async () => {
    const elsewhere = guard({ Resource: `${table}-of-others` })
    expect(await findings(put(elsewhere))).toContain(`${table}: the denial of dynamodb:PutItem changes nothing`)
  })

  test('finds a role that is excepted and never writes', async () => {
    expect(await findings(put(guard(), 'dynamodb:GetItem'))).toEqual([
      `${table}: ${writer} is excepted from a denial, but never writes`,
    ])
  })
})
