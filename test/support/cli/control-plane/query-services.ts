import { AwsError, thing, type Thing } from './account.ts'
import { cloudFormation } from './cloudformation/actions.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml, xmlError } from './xml.ts'

/** CloudFormation, IAM, SNS and STS: requests are forms, responses XML. */
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
  ...cloudFormation,
  GetCallerIdentity: ({ account }) => ({
    Account: account.id,
    Arn: `arn:aws:iam::${account.id}:user/me`,
    UserId: 'me',
  }),
  // Only a role that exists can be assumed; a test gets the credentials it has.
  AssumeRole({ account }, form) {
    const id = form.get('RoleArn')?.split('/').at(-1) ?? ''
    if (thing(account, 'AWS::IAM::Role', { id }) === undefined) {
      throw new AwsError('AccessDenied', `not authorized to perform sts:AssumeRole on ${id}`, 403)
    }
    const Expiration = new Date(Date.now() + 3600_000).toISOString()
    const Credentials = { AccessKeyId: 'test', SecretAccessKey: 'test', SessionToken: 'test', Expiration }
    return { Credentials, AssumedRoleUser: { Arn: form.get('RoleArn'), AssumedRoleId: 'me' } }
  },
  GetRole({ account }, form) {
    const id = form.get('RoleName') ?? ''
    const role = thing(account, 'AWS::IAM::Role', { id })
    if (role === undefined) throw new AwsError('NoSuchEntity', `no role ${id}`, 404)
    const Role = { RoleName: id, MaxSessionDuration: role.properties['MaxSessionDuration'], Path: '/' }
    return { Role }
  },
  GetTopicAttributes(call, form) {
    topicOf(call, form)
    return { Attributes: {} }
  },
  DeleteTopic(call, form) {
    const found = topicOf(call, form)
    call.account.things = call.account.things.filter(each => each !== found)
    return {}
  },
}

function topicOf({ account, region }: Call, form: URLSearchParams): Thing {
  const id = form.get('TopicArn')?.split(':').at(-1) ?? ''
  const found = thing(account, 'AWS::SNS::Topic', { region, id })
  if (found === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404)
  return found
}
