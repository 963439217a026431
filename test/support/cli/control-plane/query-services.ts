import { AwsError, type Stack, thing } from './account.ts'
import { endDeletion } from './deletion.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml, xmlRefusal } from './xml.ts'

/** CloudFormation, IAM and STS: forms in, XML out. */
export const query: Protocol = {
  type: 'text/xml',
  answer(call) {
    const action = actions[call.operation]
    if (action === undefined) throw new AwsError('InvalidAction', call.operation)
    const result = action(call, new URLSearchParams(call.body))
    return xml({ [`${call.operation}Response`]: { [`${call.operation}Result`]: result ?? {} } })
  },
  refusal: xmlRefusal,
}

const actions: Readonly<Record<string, (call: Call, form: URLSearchParams) => object | undefined>> = {
  GetCallerIdentity: ({ account }) => ({
    Account: account.id,
    Arn: `arn:aws:iam::${account.id}:user/me`,
    UserId: 'me',
  }),
  GetRole({ account }, form) {
    const id = form.get('RoleName') ?? ''
    const role = thing(account, 'AWS::IAM::Role', { id })
    if (role === undefined) throw new AwsError('NoSuchEntity', `no role ${id}`, 404)
    const Role = { RoleName: id, MaxSessionDuration: role.properties['MaxSessionDuration'], Path: '/' }
    return { Role }
  },
  ListStacks: ({ account, region }) => ({
    StackSummaries: {
      member: account.stacks
        .filter(stack => stack.region === region)
        .map(({ name, id, status }) => ({ StackName: name, StackId: id, StackStatus: status })),
    },
  }),
  DescribeStacks(call, form) {
    const stack = stackOf(call, form)
    if (stack.status === 'DELETE_IN_PROGRESS') {
      stack.asksLeft -= 1
      if (stack.asksLeft <= 0) endDeletion(stack, call.account)
    }
    const { name, id, status, terminationProtection } = stack
    const member = {
      StackName: name,
      StackId: id,
      StackStatus: status,
      EnableTerminationProtection: terminationProtection,
    }
    return { Stacks: { member: [member] } }
  },
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
  UpdateTerminationProtection(call, form) {
    const stack = stackOf(call, form)
    if (stack.status.startsWith('DELETE_'))
      throw new AwsError('ValidationError', `stack ${stack.name} is being deleted`)
    stack.terminationProtection = form.get('EnableTerminationProtection') === 'true'
    return { StackId: stack.id }
  },
  DeleteStack(call, form) {
    const stack = stackOf(call, form)
    if (stack.terminationProtection) {
      throw new AwsError(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      )
    }
    if (stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return undefined
    call.account.deletions.push(stack.name)
    Object.assign(stack, { status: 'DELETE_IN_PROGRESS', asksLeft: call.account.slowness })
    return undefined
  },
}

/** By name only what is not deleted, by id all (CloudFormation, "DescribeStacks"). */
function stackOf({ account, region }: Call, form: URLSearchParams): Stack {
  const asked = form.get('StackName') ?? ''
  const found = account.stacks
    .filter(stack => stack.region === region)
    .find(({ id, name, status }) => id === asked || (name === asked && status !== 'DELETE_COMPLETE'))
  if (found === undefined) throw new AwsError('ValidationError', `Stack with id ${asked} does not exist`)
  return found
}
