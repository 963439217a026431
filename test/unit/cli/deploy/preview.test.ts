import { describe, expect, test } from 'vitest'
import { previewStacks, previewText } from '../../../../cli/deployment/deploy/preview.ts'
import type { DeployedStack } from '../../../../cli/ports/aws-stacks.ts'
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
  const aws = { stacks: { template: async () => JSON.stringify({ Resources: before }) } } as unknown as Aws
  const assembled = {
    name: stack.name,
    region: stack.region,
    bootstrap: 6,
    template: JSON.stringify({ Resources: after }),
  }
  return previewStacks(after === undefined ? [] : [assembled], before === undefined ? [] : [stack], aws)
}

describe('the plan of a deployment', () => {
  test('a stack that does not exist is new; one without changes is unchanged; one that is not wanted goes', async () => {
    const resources = { Links: table({ TableName: 'once-links' }) }
    expect(await plan(undefined, resources)).toMatchObject([{ kind: 'new' }])
    expect(await plan(resources, resources)).toMatchObject([{ kind: 'unchanged', differences: '' }])
    expect(await plan(resources, undefined)).toMatchObject([{ kind: 'removed' }])
  })

  test('shows of one that changes what cdk diff does: properties, what is replaced, and permissions', async () => {
    const before = { Links: table({ BillingMode: 'PROVISIONED' }), R: role('s3:GetObject') }
    const after = { Links: table({ BillingMode: 'PAY_PER_REQUEST' }), R: role('s3:GetObject', 's3:PutObject') }
    const text = previewText(await plan(before, after), [])
    expect(text).toContain('once-us-east-1  changed')
    expect(text).toMatch(/\+ .*arn:x.*Allow.*s3:PutObject/)
    expect(text).toContain('[~] AWS::DynamoDB::GlobalTable Links')
    expect(text).toContain('PAY_PER_REQUEST')
  })
})

describe('a change of the code that would lose links, files or keys', () => {
  test('by a replacement is found', async () => {
    const plans = await plan(
      { Links: table({ TableName: 'once-links' }) },
      { Links: table({ TableName: 'once-urls' }) },
    )
    expect(plans).toMatchObject([{ harmful: ['once-us-east-1: AWS::DynamoDB::GlobalTable Links would be replaced'] }])
  })

  test('by a deletion is found', async () => {
    const plans = await plan({ Links: table({ TableName: 'once-links' }), R: role() }, { R: role() })
    expect(plans).toMatchObject([{ harmful: ['once-us-east-1: AWS::DynamoDB::GlobalTable Links would be deleted'] }])
  })

  test('is not the end of an api or of a stack without them', async () => {
    const state = { State: table({ TableName: 'once-api-state' }), R: role() }
    expect(await plan(state, { R: role() })).toMatchObject([{ harmful: [] }])
    expect(await plan(state, undefined)).toMatchObject([{ harmful: [] }])
  })
})
