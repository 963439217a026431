import { describe, expect, test } from 'vitest'
import {
  type Account,
  emptyAccount,
  type Fault,
  type Properties,
  type Stack,
  type TemplateResource,
  thingsOf,
} from '../../support/cli/control-plane/account.ts'
import { cloudFormation } from '../../support/cli/control-plane/cloudformation/actions.ts'
import { hasDrifted } from '../../support/cli/control-plane/cloudformation/things.ts'

type Resources = Readonly<Record<string, TemplateResource>>

/** Makes one call of CloudFormation's API. */
function call(account: Account, operation: string, form: Readonly<Record<string, string>>): Properties {
  const body = new URLSearchParams(form)
  const url = new URL('http://loopback')
  const made = { account, region: 'us-east-1', service: 'cloudformation', method: 'POST', url, operation, body: '' }
  return (cloudFormation[operation]?.(made, body) ?? {}) as Properties
}

interface Options {
  readonly rollback?: boolean
  readonly revertDrift?: boolean
  readonly outputs?: object
  readonly name?: string
}

/** Deploys resources as a stack by a change set, as the CDK does; returns the stack. */
function deploy(account: Account, Resources: Resources, options: Options = {}): Stack {
  const { rollback = true, revertDrift = false, outputs = {}, name = 'stack' } = options
  const isNew = !account.stacks.some(each => each.name === name && !/^(DELETE_COMPLETE|REVIEW_)/.test(each.status))
  call(account, 'CreateChangeSet', {
    StackName: name,
    ChangeSetName: 'change',
    ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
    TemplateBody: JSON.stringify({ Resources, Outputs: outputs }),
    ...(revertDrift && { DeploymentMode: 'REVERT_DRIFT' }),
  })
  call(account, 'ExecuteChangeSet', {
    StackName: name,
    ChangeSetName: 'change',
    ...(!rollback && { DisableRollback: 'true' }),
  })
  return account.stacks.findLast(each => each.name === name) as Stack
}

const queue = (
  name?: string,
  more: Partial<TemplateResource> & { Properties?: Properties } = {},
): TemplateResource => ({
  Type: 'AWS::SQS::Queue',
  ...more,
  Properties: { ...(name !== undefined && { QueueName: name }), ...more.Properties },
})
const group = (name: string, more: Partial<TemplateResource> & { Properties?: Properties } = {}): TemplateResource => ({
  Type: 'AWS::Logs::LogGroup',
  ...more,
  Properties: { LogGroupName: name, ...more.Properties },
})
const table = (regions: readonly string[], isProtected = false): TemplateResource => ({
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    TableName: 'links',
    Replicas: regions.map(Region => ({ Region, DeletionProtectionEnabled: isProtected })),
  },
})

function failing(...faults: readonly Omit<Fault, 'times'>[]): Account {
  return { ...emptyAccount(), faults: faults.map(fault => ({ ...fault, times: 1 })) }
}
const idsOf = (account: Account) => account.things.map(({ id }) => id)
const statusOf = ({ resources }: Stack, id: string) => resources.find(({ logicalId }) => logicalId === id)?.status

describe('a creation', () => {
  test('makes each resource after those that it needs', () => {
    const account = emptyAccount()
    const stack = deploy(account, {
      A: group('a', { DependsOn: 'B' }),
      B: group('b', { Properties: { KmsKeyId: { 'Fn::GetAtt': ['C', 'Arn'] } } }),
      C: queue(),
    })
    expect(stack.status).toBe('CREATE_COMPLETE')
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['C', 'B', 'A'])
  })

  test('that fails is rolled back, and the stack can only be deleted', () => {
    const account = failing({ logicalId: 'B', action: 'create', done: true })
    const stack = deploy(account, { A: group('a'), B: group('b') })
    expect(stack.status).toBe('ROLLBACK_COMPLETE')
    expect(account.things).toEqual([])
    expect(() => deploy(account, { A: group('a') })).toThrow('can not be updated')
    call(account, 'DeleteStack', { StackName: 'stack' })
    call(account, 'DescribeStacks', { StackName: stack.id })
    expect(stack.status).toBe('DELETE_COMPLETE')
  })

  test('that fails can’t be rolled back past a table with deletion protection', () => {
    const account = failing({ logicalId: 'B', action: 'create' })
    const stack = deploy(account, { A: table(['us-east-1'], true), B: group('b', { DependsOn: 'A' }) })
    expect(stack.status).toBe('ROLLBACK_FAILED')
    expect(statusOf(stack, 'A')).toBe('DELETE_FAILED')
    expect(idsOf(account)).toEqual(['links'])
  })

  test.each([
    ['Retain', ['a']],
    ['RetainExceptOnCreate', []],
    ['Delete', []],
  ])('that is rolled back treats DeletionPolicy %s right', (DeletionPolicy, left) => {
    const account = failing({ logicalId: 'B', action: 'create' })
    deploy(account, { A: group('a', { DeletionPolicy }), B: group('b', { DependsOn: 'A' }) })
    expect(idsOf(account)).toEqual(left)
  })

  test('without rollback goes on where it failed; what failed is deleted first', () => {
    const account = failing({ logicalId: 'B', action: 'create', done: true })
    const all = { A: group('a'), B: group('b', { DependsOn: 'A' }), C: group('c', { DependsOn: 'B' }) }
    const stack = deploy(account, all, { rollback: false })
    expect(stack.status).toBe('CREATE_FAILED')
    expect(idsOf(account)).toEqual(['a', 'b'])
    expect(() => deploy(account, all)).toThrow('rollback disabled')
    account.stacks[0]!.changeSets = []
    deploy(account, all, { rollback: false })
    expect(stack.status).toBe('UPDATE_COMPLETE')
    expect(idsOf(account)).toEqual(['a', 'b', 'c'])
    expect(stack.events.filter(({ logicalId }) => logicalId === 'A')).toHaveLength(2)
  })

  test('fails where a name is taken; for most types the change set already shows it', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a') }, { name: 'other' })
    expect(deploy(account, { B: group('a') }).status).toBe('ROLLBACK_COMPLETE')
    const topic = { T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'a' } } }
    deploy(account, topic, { name: 'more' })
    expect(() => deploy(account, topic, { name: 'again' })).toThrow('has failed')
    expect(account.stacks.at(-1)).toMatchObject({
      status: 'REVIEW_IN_PROGRESS',
      changeSets: [{ reason: expect.stringContaining('ResourceExistenceCheck') as string }],
    })
  })

  test.each([
    [
      'a property that the type lacks',
      { A: group('a', { Properties: { Retention: 1 } }) },
      'extraneous key [Retention]',
    ],
    [
      'a property that is missing',
      { A: { Type: 'AWS::Lambda::Function', Properties: {} } },
      'required key [Code,Role]',
    ],
    [
      'a type that does not exist',
      { A: { Type: 'AWS::SQS::Topic' } },
      'Unrecognized resource types: [AWS::SQS::Topic]',
    ],
  ])('with %s fails before anything is made', (_, resources, reason) => {
    const account = emptyAccount()
    expect(() => deploy(account, resources)).toThrow('has failed')
    expect(account.stacks[0]?.changeSets[0]?.reason).toContain(reason)
  })
})

describe('an update', () => {
  test('that fails is rolled back: old properties, nothing new, nothing lost', () => {
    const account = failing({ logicalId: 'C', action: 'create' })
    const before = deploy(account, { A: group('a', { Properties: { RetentionInDays: 1 } }), X: group('x') })
    const things = structuredClone(account.things)
    const stack = deploy(account, {
      A: group('a', { Properties: { RetentionInDays: 2 } }),
      B: group('b'),
      C: group('c', { DependsOn: ['A', 'B'] }),
    })
    expect(stack).toBe(before)
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(account.things).toEqual(things)
    expect(Object.keys(stack.template.Resources)).toEqual(['A', 'X'])
  })

  test('whose rollback fails can be continued, also without a resource', () => {
    const account = emptyAccount()
    const versions = (days: number) => ({
      A: group('a', { Properties: { RetentionInDays: days } }),
      B: group('b', { DependsOn: 'A', Properties: { RetentionInDays: days } }),
    })
    deploy(account, versions(1))
    account.faults = [
      { logicalId: 'B', action: 'update', times: 1 },
      // Its update succeeds, and the way back fails.
      { logicalId: 'A', action: 'update', first: 1, times: 1 },
    ]
    const stack = deploy(account, versions(2))
    expect(stack.status).toBe('UPDATE_ROLLBACK_FAILED')
    expect(() => deploy(account, versions(2))).toThrow('can not be updated')
    account.faults = []
    call(account, 'ContinueUpdateRollback', { StackName: 'stack' })
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(account.things.map(({ properties }) => properties['RetentionInDays'])).toEqual([1, 1])
  })

  test('without rollback stops where it fails; RollbackStack returns to the last stable state', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a') })
    account.faults = [{ logicalId: 'B', action: 'create', times: 1 }]
    const stack = deploy(account, { A: group('a'), B: group('b') }, { rollback: false })
    expect(stack.status).toBe('UPDATE_FAILED')
    call(account, 'RollbackStack', { StackName: 'stack' })
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(idsOf(account)).toEqual(['a'])
  })

  test('replaces a resource when such a property changes, and deletes the old one at the end', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a') })
    expect(deploy(account, { A: group('b') }).status).toBe('UPDATE_COMPLETE')
    expect(idsOf(account)).toEqual(['b'])
    account.faults = [{ logicalId: 'C', action: 'create', times: 1 }]
    expect(deploy(account, { A: group('d'), C: group('c', { DependsOn: 'A' }) }).status).toBe(
      'UPDATE_ROLLBACK_COMPLETE',
    )
    expect(idsOf(account)).toEqual(['b'])
    expect(deploy(account, { A: group('b', { Properties: { RetentionInDays: 1 } }) }).status).toBe('UPDATE_COMPLETE')
  })

  test('can’t replace a resource whose name stays', () => {
    const account = emptyAccount()
    const links = (KeySchema: readonly object[]) => ({
      A: { ...table(['us-east-1']), Properties: { ...table(['us-east-1']).Properties, KeySchema } },
    })
    deploy(account, links([{ AttributeName: 'id', KeyType: 'HASH' }]))
    const stack = deploy(account, links([{ AttributeName: 'name', KeyType: 'HASH' }]))
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(stack.events.some(({ reason }) => reason.includes('custom-named resource requires replacing'))).toBe(true)
  })

  test('leaves what it can’t delete: it no longer belongs to the stack', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a'), B: table(['us-east-1'], true) })
    const stack = deploy(account, { A: group('a') })
    expect(stack.status).toBe('UPDATE_COMPLETE')
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['A'])
    expect(idsOf(account)).toEqual(['a', 'links'])
  })

  test('with nothing to do is a change set that failed', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a') })
    expect(() => deploy(account, { A: group('a') })).toThrow('has failed')
  })
})

describe('a deletion', () => {
  const deleted = (account: Account, form: Readonly<Record<string, string>> = {}): string => {
    call(account, 'DeleteStack', { StackName: 'stack', ...form })
    const stack = account.stacks[0] as Stack
    expect(stack.status).toBe('DELETE_IN_PROGRESS')
    call(account, 'DescribeStacks', { StackName: stack.id })
    return stack.status
  }

  test('is refused under termination protection', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a') }).terminationProtection = true
    expect(() => deleted(account)).toThrow('TerminationProtection')
  })

  test('stops at what can’t be deleted and at what that needs; a later one goes on', () => {
    const account = emptyAccount()
    const stack = deploy(account, {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags: [{ Key: 'k', Value: { Ref: 'Key' } }] } },
      Key: group('key'),
      Other: group('other'),
    })
    const [bucket] = thingsOf(account, 'AWS::S3::Bucket')
    bucket!.properties['versions'] = [{}]
    expect(deleted(account)).toBe('DELETE_FAILED')
    expect(['Bucket', 'Key', 'Other'].map(id => statusOf(stack, id))).toEqual([
      'DELETE_FAILED',
      'CREATE_COMPLETE',
      'DELETE_COMPLETE',
    ])
    bucket!.properties['versions'] = []
    expect(deleted(account)).toBe('DELETE_COMPLETE')
    expect(account.things).toEqual([])
  })

  test('skips what is to be retained', () => {
    const account = emptyAccount()
    deploy(account, { A: group('a', { DeletionPolicy: 'Retain' }), B: group('b') })
    expect(deleted(account)).toBe('DELETE_COMPLETE')
    expect(idsOf(account)).toEqual(['a'])
  })

  test('schedules KMS keys; an export in use prevents it, a weak reference does not', () => {
    const account = emptyAccount()
    deploy(
      account,
      { A: { Type: 'AWS::KMS::Key', Properties: {} } },
      { outputs: { O: { Value: { Ref: 'A' }, Export: { Name: 'key' } } } },
    )
    const weak = { 'Fn::GetStackOutput': { StackName: 'stack', OutputName: 'O' } }
    deploy(account, { B: group('b', { Properties: { KmsKeyId: weak } }) }, { name: 'weak' })
    const user = { B: group('c', { Properties: { KmsKeyId: { 'Fn::ImportValue': 'key' } } }) }
    deploy(account, user, { name: 'user' })
    expect(() => deleted(account)).toThrow('Export key cannot be deleted as it is in use by user')
    deploy(account, { B: group('c') }, { name: 'user' })
    expect(deleted(account)).toBe('DELETE_COMPLETE')
    expect(thingsOf(account, 'AWS::KMS::Key')).toMatchObject([{ properties: { state: 'PendingDeletion' } }])
  })
})

describe('a global table', () => {
  test.each([
    ['two replicas are added at once', ['us-east-1', 'us-east-2', 'us-west-2'], 'Only one replica'],
    ['the replica of the stack’s Region goes', ['us-east-2'], 'Only one replica'],
  ])('is refused if %s', (_, regions, reason) => {
    const account = emptyAccount()
    deploy(account, { T: table(['us-east-1']) })
    const stack = deploy(account, { T: table(regions) })
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(stack.events.some(event => event.reason.includes(reason))).toBe(true)
    expect(thingsOf(account, 'AWS::DynamoDB::GlobalTable').map(({ region }) => region)).toEqual(['us-east-1'])
  })

  test('keeps a protected replica, and loses one that is not', () => {
    const account = emptyAccount()
    deploy(account, { T: table(['us-east-1', 'us-east-2'], true) })
    expect(deploy(account, { T: table(['us-east-1'], true) }).status).toBe('UPDATE_ROLLBACK_COMPLETE')
    deploy(account, { T: table(['us-east-1', 'us-east-2']) })
    expect(deploy(account, { T: table(['us-east-1']) }).status).toBe('UPDATE_COMPLETE')
  })

  test('can’t be deleted within a day of the creation of a replica', () => {
    const account = emptyAccount()
    const stack = deploy(account, { T: table(['us-east-1', 'us-east-2']) })
    const attempt = () => {
      call(account, 'DeleteStack', { StackName: stack.id })
      call(account, 'DescribeStacks', { StackName: stack.id })
      return stack.status
    }
    expect(attempt()).toBe('DELETE_FAILED')
    account.now += 24 * 3600_000
    expect(attempt()).toBe('DELETE_COMPLETE')
  })
})

describe('after changes by hand', () => {
  const drifted = () => {
    const account = emptyAccount()
    deploy(account, { A: group('a', { Properties: { RetentionInDays: 1 } }), B: group('b') })
    account.things[0]!.properties['RetentionInDays'] = 7
    account.things.splice(1, 1)
    return account
  }

  test('the same template changes nothing', () => {
    const account = drifted()
    expect(() => deploy(account, { A: group('a', { Properties: { RetentionInDays: 1 } }), B: group('b') })).toThrow()
    expect(idsOf(account)).toEqual(['a'])
  })

  test('a change set that reverts drift restores and creates again', () => {
    const account = drifted()
    const all = { A: group('a', { Properties: { RetentionInDays: 1 } }), B: group('b') }
    const stack = deploy(account, all, { revertDrift: true })
    expect(stack.status).toBe('UPDATE_COMPLETE')
    expect(account.things.map(({ id, properties }) => [id, properties['RetentionInDays']])).toEqual([
      ['a', 1],
      ['b', undefined],
    ])
    expect(stack.resources.some(resource => hasDrifted({ account, stack, resource }))).toBe(false)
  })

  test('an update of what is gone fails, and so does its rollback', () => {
    const account = drifted()
    const stack = deploy(account, { A: group('a'), B: group('b', { Properties: { RetentionInDays: 3 } }) })
    expect(stack.status).toBe('UPDATE_ROLLBACK_FAILED')
  })
})

test('while a stack is in progress, it can be neither changed nor deleted', () => {
  const account = { ...emptyAccount(), pace: 2 }
  const stack = deploy(account, { A: group('a') })
  expect(stack.status).toBe('CREATE_IN_PROGRESS')
  expect(account.things).toEqual([])
  expect(() => call(account, 'DeleteStack', { StackName: 'stack' })).toThrow('can not be deleted')
  for (let count = 0; count < 2; count += 1) call(account, 'DescribeStacks', { StackName: 'stack' })
  expect(stack.status).toBe('CREATE_COMPLETE')
})
