import {
  type Account,
  AwsError,
  type ChangeSet,
  type Properties,
  type Stack,
  type Template,
  thing,
} from '../account.ts'
import type { Call } from '../protocol.ts'
import { bootstrapTemplate } from './bootstrap-template.ts'
import { createChangeSet } from './change-sets.ts'
import { checkUnused, describe, start } from './operations.ts'
import { liveStack } from './scope.ts'
import { uuid } from './values.ts'

type Action = (call: Call, form: URLSearchParams) => object | undefined

/** CloudFormation's API (AWS CloudFormation API Reference), as far as the CDK's command line and ours use it. */
export const cloudFormation: Readonly<Record<string, Action>> = {
  CreateChangeSet(call, form) {
    const template = templateOf(call, form)
    const stack = form.get('ChangeSetType') === 'CREATE' ? reviewedStack(call, form) : updatableStack(call, form)
    const made = createChangeSet(call.account, stack, {
      name: form.get('ChangeSetName') ?? '',
      template,
      tags: membersOf(form, 'Tags'),
      revertDrift: form.get('DeploymentMode') === 'REVERT_DRIFT',
    })
    if (stack.changeSets.some(({ name }) => name === made.name)) {
      throw new AwsError('AlreadyExistsException', `ChangeSet ${made.name} already exists`)
    }
    stack.changeSets.push(made)
    return { Id: made.id, StackId: stack.id }
  },
  DescribeChangeSet(call, form) {
    const { stack, changeSet } = changeSetOf(call, form)
    return {
      ChangeSetName: changeSet.name,
      ChangeSetId: changeSet.id,
      StackId: stack.id,
      StackName: stack.name,
      CreationTime: new Date(changeSet.time).toISOString(),
      ExecutionStatus: changeSet.status === 'FAILED' ? 'UNAVAILABLE' : 'AVAILABLE',
      Status: changeSet.status,
      ...(changeSet.reason !== '' && { StatusReason: changeSet.reason }),
      Changes: { member: changeSet.changes.map(ResourceChange => ({ Type: 'Resource', ResourceChange })) },
    }
  },
  ExecuteChangeSet(call, form) {
    const { stack, changeSet } = changeSetOf(call, form)
    checkState(stack, deployable)
    if (changeSet.status === 'FAILED') throw new AwsError('InvalidChangeSetStatus', `${changeSet.name} has failed`)
    const rollback = form.get('DisableRollback') !== 'true'
    if (rollback && /^(CREATE|UPDATE)_FAILED$/.test(stack.status)) {
      throw new AwsError(
        'ValidationError',
        `${stack.name} is in ${stack.status}: roll back, or update with rollback disabled`,
      )
    }
    stack.changeSets = []
    stack.tags = changeSet.tags
    const { template, revertDrift } = changeSet
    const { account } = call
    start(account, stack, { operation: { kind: 'deploy', template, rollback, revertDrift }, describes: account.pace })
    return {}
  },
  DeleteChangeSet(call, form) {
    const stack = stackOf(call, form)
    const name = form.get('ChangeSetName') ?? ''
    stack.changeSets = stack.changeSets.filter(each => each.name !== name && each.id !== name)
    return {}
  },
  ListStacks: ({ account, region }, form) => {
    const wanted = membersOf(form, 'StackStatusFilter').map(String)
    return {
      StackSummaries: {
        member: account.stacks
          .filter(({ region: each, status }) => each === region && (wanted.length === 0 || wanted.includes(status)))
          .map(({ name, id, status, createdAt }) => ({
            StackName: name,
            StackId: id,
            StackStatus: status,
            CreationTime: new Date(createdAt).toISOString(),
          })),
      },
    }
  },
  DescribeStacks(call, form) {
    const all = call.account.stacks.filter(
      ({ region, status }) => region === call.region && status !== 'DELETE_COMPLETE',
    )
    const stacks = form.has('StackName') ? [stackOf(call, form)] : all
    for (const each of stacks) describe(call.account, each)
    return { Stacks: { member: stacks.map(descriptionOf) } }
  },
  DescribeStackEvents: (call, form) => ({
    StackEvents: {
      member: stackOf(call, form)
        .events.toReversed()
        .map(({ id, time, logicalId, physicalId, type, status, reason }) => ({
          StackId: stackOf(call, form).id,
          StackName: stackOf(call, form).name,
          EventId: id,
          LogicalResourceId: logicalId,
          PhysicalResourceId: physicalId,
          ResourceType: type,
          Timestamp: new Date(time).toISOString(),
          ResourceStatus: status,
          ...(reason !== '' && { ResourceStatusReason: reason }),
        })),
    },
  }),
  DescribeEvents: () => ({ OperationEvents: { member: [] } }),
  ListStackResources: (call, form) => ({
    StackResourceSummaries: {
      member: stackOf(call, form).resources.map(({ logicalId, type, id, status, reason }) => ({
        LogicalResourceId: logicalId,
        ResourceType: type,
        PhysicalResourceId: id,
        ResourceStatus: status,
        ...(reason === '' ? {} : { ResourceStatusReason: reason }),
      })),
    },
  }),
  GetTemplate: (call, form) => ({ TemplateBody: JSON.stringify(stackOf(call, form).template) }),
  UpdateTerminationProtection(call, form) {
    const stack = stackOf(call, form)
    if (stack.status.startsWith('DELETE_'))
      throw new AwsError('ValidationError', `stack ${stack.name} is being deleted`)
    stack.terminationProtection = form.get('EnableTerminationProtection') === 'true'
    return { StackId: stack.id }
  },
  DeleteStack,
  RollbackStack(call, form) {
    const stack = stackOf(call, form)
    checkState(stack, /^(CREATE|UPDATE)_FAILED$/)
    start(call.account, stack, { operation: { kind: 'roll back', skipped: [] }, describes: call.account.pace })
    return { StackId: stack.id }
  },
  ContinueUpdateRollback(call, form) {
    const stack = stackOf(call, form)
    checkState(stack, /^UPDATE_ROLLBACK_FAILED$/)
    const skipped = membersOf(form, 'ResourcesToSkip').map(String)
    start(call.account, stack, { operation: { kind: 'roll back', skipped }, describes: call.account.pace })
    return {}
  },
}

function DeleteStack(call: Call, form: URLSearchParams): undefined {
  const { account } = call
  const stack = stackOf(call, form)
  if (stack.terminationProtection) {
    throw new AwsError(
      'ValidationError',
      `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
    )
  }
  if (stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return undefined
  if (stack.status.endsWith('IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS') {
    throw new AwsError('ValidationError', `Stack ${stack.id} is in ${stack.status} state and can not be deleted`)
  }
  checkUnused(
    account,
    stack,
    Object.values(stack.outputs).flatMap(({ exportName }) => exportName ?? []),
  )
  const retained = membersOf(form, 'RetainResources').map(String)
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw new AwsError('ValidationError', 'RetainResources is for stacks in DELETE_FAILED')
  }
  account.deletions.push(stack.name)
  start(account, stack, { operation: { kind: 'delete', retained }, describes: account.slowness })
  return undefined
}

/** States from which a stack can be created or updated. */
const deployable = /^(REVIEW_IN_PROGRESS|(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE|(CREATE|UPDATE)_FAILED)$/

function checkState({ id, status }: Stack, allowed: RegExp): void {
  if (!allowed.test(status))
    throw new AwsError('ValidationError', `Stack:${id} is in ${status} state and can not be updated.`)
}

function updatableStack(call: Call, form: URLSearchParams): Stack {
  const stack = stackOf(call, form)
  checkState(stack, deployable)
  if (stack.status === 'REVIEW_IN_PROGRESS') throw new AwsError('ValidationError', `${stack.name} has not been created`)
  return stack
}

function reviewedStack({ account, region }: Call, form: URLSearchParams): Stack {
  const name = form.get('StackName') ?? ''
  const found = liveStack(account, name, region)
  if (found !== undefined) {
    if (found.status === 'REVIEW_IN_PROGRESS') return found
    throw new AwsError(
      'ValidationError',
      `Stack ${name} already exists and cannot be created again with the changeSet.`,
    )
  }
  const stack = newStack(account, { name, region })
  account.stacks.push(stack)
  return stack
}

/** Returns a stack that only has a change set. */
export function newStack(account: Account, { name, region }: Pick<Stack, 'name' | 'region'>): Stack {
  account.serial += 1
  return {
    id: `arn:aws:cloudformation:${region}:${account.id}:stack/${name}/${uuid(`${name} ${region} ${account.serial}`)}`,
    name,
    region,
    status: 'REVIEW_IN_PROGRESS',
    reason: '',
    describesLeft: 0,
    resources: [],
    terminationProtection: false,
    template: { Resources: {} },
    tags: [],
    outputs: {},
    createdAt: account.now,
    events: [],
    changeSets: [],
  }
}

function descriptionOf(stack: Stack): object {
  const { name, id, status, reason, terminationProtection, outputs, tags, createdAt } = stack
  return {
    StackName: name,
    StackId: id,
    StackStatus: status,
    ...(reason !== '' && { StackStatusReason: reason }),
    CreationTime: new Date(createdAt).toISOString(),
    EnableTerminationProtection: terminationProtection,
    Tags: { member: tags },
    Outputs: {
      member: Object.entries(outputs).map(([OutputKey, { value, exportName }]) => ({
        OutputKey,
        OutputValue: value,
        ExportName: exportName,
      })),
    },
  }
}

/** Finds a stack by id, deleted or not, or by name if it is not deleted (CloudFormation, "DescribeStacks"). */
function stackOf({ account, region }: Call, form: URLSearchParams): Stack {
  const nameOrId = form.get('StackName') ?? ''
  const found = account.stacks
    .filter(stack => stack.region === region)
    .find(({ id, name, status }) => id === nameOrId || (name === nameOrId && status !== 'DELETE_COMPLETE'))
  if (found === undefined) throw new AwsError('ValidationError', `Stack with id ${nameOrId} does not exist`)
  return found
}

function changeSetOf(call: Call, form: URLSearchParams): { stack: Stack; changeSet: ChangeSet } {
  const name = form.get('ChangeSetName') ?? ''
  const stacks = form.has('StackName') ? [stackOf(call, form)] : call.account.stacks
  for (const stack of stacks) {
    const changeSet = stack.changeSets.find(each => each.name === name || each.id === name)
    if (changeSet !== undefined) return { stack, changeSet }
  }
  throw new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404)
}

/** Returns the template in a request, or in the file of the bootstrap bucket that it names. */
function templateOf({ account, region }: Call, form: URLSearchParams): Template {
  const url = form.get('TemplateURL')
  if (url === null && form.get('StackName') === 'CDKToolkit') return bootstrapTemplate(account, region)
  if (url === null) return JSON.parse(form.get('TemplateBody') ?? '{}') as Template
  const [bucket = '', key = ''] = new URL(url).pathname.split('/').slice(-2)
  const name = bucket === '' ? (new URL(url).host.split('.s3.')[0] ?? '') : bucket
  const found = thing(account, 'AWS::S3::Bucket', { region, id: name })
  const text = (found?.properties['files'] as Record<string, string> | undefined)?.[key]
  if (text === undefined) throw new AwsError('ValidationError', `S3 error: there is no ${url}`)
  return JSON.parse(text) as Template
}

/** Returns a list of a form, whose items are texts or structures of one level. */
function membersOf(form: URLSearchParams, name: string): readonly Properties[] {
  const members: (Properties | string)[] = []
  for (const [key, value] of form) {
    const [, index, field] = new RegExp(`^${name}\\.member\\.(\\d+)(?:\\.(\\w+))?$`).exec(key) ?? []
    if (index === undefined) continue
    const at = Number(index) - 1
    if (field === undefined) members[at] = value
    else members[at] = { ...(members[at] as Properties | undefined), [field]: value }
  }
  return members as Properties[]
}
