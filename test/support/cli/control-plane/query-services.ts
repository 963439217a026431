import { AwsError, type Stack, thing } from './account.ts'
import { endDeletion } from './deletion.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml, xmlError } from './xml.ts'

/** CloudFormation, IAM and STS: requests are forms, responses XML. */
export const query: Protocol = {
  type: 'text/xml',
  respond(call) {
    const action = actions[call.operation]
    if (action === undefined) throw new AwsError('InvalidAction', call.operation)
    const result = action(call, new URLSearchParams(call.body))
    return xml({ [`${call.operation}Response`]: { [`${call.operation}Result`]: result ?? {} } })
  },
  errorBody: xmlError,
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
      stack.describesLeft -= 1
      if (stack.describesLeft <= 0) endDeletion(stack, call.account)
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
    Object.assign(stack, { status: 'DELETE_IN_PROGRESS', describesLeft: call.account.slowness })
    return undefined
  },
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
