import { describe, expect, test } from 'vitest'
import { harmfulChanges, planStacks } from '../../../../cli/deployment/deploy/plan.ts'
import { planText } from '../../../../cli/deployment/deploy/plan-text.ts'
import type { DeployedStack } from '../../../../cli/ports/aws-deploy.ts'
import type { Aws } from '../../../../cli/ports/ports.ts'

const table = (properties: object) => ({ Type: 'AWS::DynamoDB::GlobalTable', Properties: properties })
const role = (...actions: readonly string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    },
    Policies: [
      {
        PolicyName: 'p',
        PolicyDocument: { Statement: actions.map(Action => ({ Effect: 'Allow', Action, Resource: 'arn:x' })) },
      },
    ],
  },
})

const stack: DeployedStack = {
  name: 'once-us-east-1',
  region: 'us-east-1',
  id: 'arn',
  status: 'CREATE_COMPLETE',
  reason: '',
  outputs: {},
  isProtected: true,
}

/** Plans from resources, or from no stack, to others; without them, the stack goes. */
function plan(before: object | undefined, after: object | undefined) {
  const aws = { stackChanges: { template: async () => JSON.stringify({ Resources: before }) } } as unknown as Aws
  const assembled = {
    name: stack.name,
    region: stack.region,
    bootstrap: 6,
    template: JSON.stringify({ Resources: after }),
  }
  return planStacks(after === undefined ? [] : [assembled], before === undefined ? [] : [stack], aws)
}

describe('the plan of a deployment', () => {
  test('counts what is created, changed and removed', async () => {
    const before = { Links: table({ TableName: 'once-links', BillingMode: 'PROVISIONED' }), Old: role() }
    const after = { Links: table({ TableName: 'once-links', BillingMode: 'PAY_PER_REQUEST' }), New: role() }
    const plans = await plan(before, after)
    expect(plans).toMatchObject([
      {
        stack: 'once-us-east-1',
        kind: 'changed',
        created: [{ id: 'New', type: 'AWS::IAM::Role' }],
        changed: [{ id: 'Links', name: 'once-links' }],
        replaced: [],
        removed: [{ id: 'Old' }],
      },
    ])
    expect(planText(plans, [])).toContain('once-us-east-1  changed  1 created  1 changed  0 replaced  1 removed')
  })

  test('a stack that does not exist is new; one without changes is unchanged; one that is not wanted goes', async () => {
    const resources = { Links: table({ TableName: 'once-links' }) }
    expect(await plan(undefined, resources)).toMatchObject([{ kind: 'new', created: [{ id: 'Links' }] }])
    expect(await plan(resources, resources)).toMatchObject([{ kind: 'unchanged' }])
    expect(await plan(resources, undefined)).toMatchObject([{ kind: 'removed', removed: [{ id: 'Links' }] }])
  })

  test('lists permissions that widen, and not those that narrow', async () => {
    const wider = await plan({ R: role('s3:GetObject') }, { R: role('s3:GetObject', 's3:PutObject') })
    expect(wider[0]?.widened).toEqual(['AWS:${R}: s3:PutObject on arn:x'])
    expect(planText(wider, [])).toContain('permissions that widen:\n  once-us-east-1: AWS:${R}: s3:PutObject on arn:x')
    const narrower = await plan({ R: role('s3:GetObject', 's3:PutObject') }, { R: role('s3:GetObject') })
    expect(narrower[0]?.widened).toEqual([])
  })
})

describe('a change of the code that would lose links, files or keys', () => {
  test('by a replacement is found', async () => {
    const plans = await plan(
      { Links: table({ TableName: 'once-links' }) },
      { Links: table({ TableName: 'once-urls' }) },
    )
    expect(harmfulChanges(plans)).toEqual(['once-us-east-1: AWS::DynamoDB::GlobalTable Links would be replaced'])
  })

  test('by a deletion is found', async () => {
    const plans = await plan({ Links: table({ TableName: 'once-links' }), R: role() }, { R: role() })
    expect(harmfulChanges(plans)).toEqual(['once-us-east-1: AWS::DynamoDB::GlobalTable Links would be deleted'])
  })

  test('is not the end of an api or of a stack without them', async () => {
    const state = { State: table({ TableName: 'once-api-state' }), R: role() }
    expect(harmfulChanges(await plan(state, { R: role() }))).toEqual([])
    expect(harmfulChanges(await plan(state, undefined))).toEqual([])
  })
})
