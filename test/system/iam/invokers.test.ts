import { describe, expect, test } from 'vitest'
import type { RecordedCall } from '../../support/iam/decisions.ts'
import { missingIamSimulate, type Statement } from '../../support/iam/evaluate.ts'
import { measureInvokers } from '../../support/iam/invokers.ts'

const account = '111122223333'
const arn = `arn:aws:lambda:us-east-1:${account}:function:f`
const rule = `arn:aws:events:us-east-1:${account}:rule/each-day`
const method = `arn:aws:execute-api:us-east-1:${account}:api/prod/GET/links`

const mayInvoke = (Service: string, source: string): Statement => ({
  Effect: 'Allow',
  Principal: { Service },
  Action: 'lambda:InvokeFunction',
  Resource: arn,
  Condition: { ArnLike: { 'AWS:SourceArn': source } },
})

const byRule = mayInvoke('events.amazonaws.com', rule)
const byGateway = mayInvoke('apigateway.amazonaws.com', method)
const byHand = mayInvoke('apigateway.amazonaws.com', method.replace('/prod/', '/test-invoke-stage/'))

const invocation = (principal: string, source: string): RecordedCall => ({
  principal,
  action: 'lambda:InvokeFunction',
  resource: arn,
  account,
  context: { 'aws:SourceArn': source },
  identityPolicies: [],
  resourcePolicy: undefined,
  refused: undefined,
})

const invocations = [invocation('events.amazonaws.com', rule), invocation('apigateway.amazonaws.com', method)]

/** Measures a function with these statements. */
const measured = (statements: readonly Statement[], calls = invocations) =>
  measureInvokers([{ arn, policy: { Version: '2012-10-17', Statement: statements } }], calls)

describe.skipIf(missingIamSimulate !== undefined)('the measurement of who may invoke a function', () => {
  test('finds nothing if each statement allows an invocation, or one by hand', async () => {
    expect(await measured([byRule, byGateway, byHand])).toEqual({ tried: 3, explained: 1, findings: [] })
  })

  test('finds each statement that no invocation needs', async () => {
    for (const [index, { principal }] of invocations.entries()) {
      const { findings } = await measured([byRule, byGateway], invocations.toSpliced(index, 1))
      expect(findings).toEqual([expect.stringMatching(`${principal}.* allows no invocation$`)])
    }
  })

  test('finds a statement that allows every rule, beside the one that is needed', async () => {
    const { Condition: _, ...byAnyRule } = byRule
    expect((await measured([byRule, byAnyRule, byGateway])).findings).toHaveLength(2)
  })

  test('finds a statement for another service alone', async () => {
    expect((await measured([byRule, byGateway, mayInvoke('s3.amazonaws.com', rule)])).findings).toHaveLength(1)
  })

  test('finds that a service may do it for any resource, though it is the only statement', async () => {
    const { Condition: _, ...byAnyRule } = byRule
    expect((await measured([byAnyRule, byGateway])).findings).toEqual([expect.stringContaining('names no resource')])
  })
})
