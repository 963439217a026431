import { describe, expect, test } from 'vitest'
import { planStacks, planText } from '../../../../cli/deployment/deploy/plan.ts'
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

const links = (name: string, more?: object) => ({ Links: table({ TableName: name, ...more }) })

describe('the plan of a deployment', () => {
  test('shows what is created, changed and removed, and permissions', async () => {
    const before = { ...links('once-links', { BillingMode: 'PROVISIONED' }), R: role('s3:GetObject'), Old: role() }
    const after = { ...links('once-links', { BillingMode: 'PAY_PER_REQUEST' }), R: role('s3:PutObject'), New: role() }
    const text = planText(await plan(before, after), [])
    expect(text).toMatch(/^once-us-east-1: changed$/m)
    for (const line of [/^\[-\] AWS::IAM::Role Old destroy$/, /^\[\+\] AWS::IAM::Role New/, /BillingMode/])
      expect(text).toMatch(new RegExp(line, 'm'))
    expect(text).toMatch(/\+ │ arn:x +│ Allow +│ s3:PutObject +│ AWS:\$\{R\}/)
  })

  test('a stack that does not exist is new; one without changes is unchanged; one that is not wanted goes', async () => {
    const resources = links('once-links')
    expect(planText(await plan(undefined, resources), [])).toBe('once-us-east-1: new')
    expect(planText(await plan(resources, resources), [])).toBe('once-us-east-1: unchanged')
    expect(planText(await plan(resources, undefined), [])).toBe('once-us-east-1: removed')
  })
})

describe('a change of the code that would lose links, files or keys', () => {
  const harmOf = async (before: object, after: object | undefined) =>
    (await plan(before, after)).flatMap(({ harmful }) => harmful)

  test('by a replacement or a deletion is found', async () => {
    const resource = 'once-us-east-1: AWS::DynamoDB::GlobalTable Links'
    expect(await harmOf(links('once-links'), links('once-urls'))).toEqual([`${resource} would be replaced`])
    expect(await harmOf({ ...links('once-links'), R: role() }, { R: role() })).toEqual([`${resource} would be deleted`])
  })

  test('is not the end of an api or of a stack without them', async () => {
    const state = { State: table({ TableName: 'once-api-state' }), R: role() }
    expect(await harmOf(state, { R: role() })).toEqual([])
    expect(await harmOf(state, undefined)).toEqual([])
  })
})
