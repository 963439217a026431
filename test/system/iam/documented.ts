import type { Decision, PolicyDocument, Question, Statement } from '../../support/iam/evaluate.ts'

/** One line of AWS's documentation: a request, the policies that apply, and what AWS says the decision is. */
export interface Documented {
  /** What AWS says, in a few words. */
  readonly says: string
  /** The page below https://docs.aws.amazon.com/. */
  readonly page: string
  readonly identity?: readonly Statement[]
  readonly resource?: readonly Statement[]
  readonly principal?: string
  readonly request: readonly [action: string, resource: string]
  readonly context?: Question['context']
  readonly decision: Decision
}

const guide = 'IAM/latest/UserGuide/'
const operators = `${guide}reference_policies_elements_condition_operators.html`
const logic = `${guide}reference_policies_evaluation-logic_policy-eval-basics.html`
const multivalued = `${guide}reference_policies_condition-single-vs-multi-valued-context-keys.html`
const several = `${guide}reference_policies_condition-logic-multiple-context-keys-or-values.html`
const keyPolicy = 'kms/latest/developerguide/key-policy-default.html'
const logs = 'AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html'

const account = '123456789012'
const carlos = `arn:aws:iam::${account}:user/carlossalazar`
const role = `arn:aws:iam::${account}:role/example-role`
const root = { AWS: `arn:aws:iam::${account}:root` }
const bucket = 'arn:aws:s3:::amzn-s3-demo-bucket'

type Condition = NonNullable<Statement['Condition']>
const allow = (Action: string | readonly string[], Resource: string, Condition?: Condition): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})
const deny = (Action: string | readonly string[], Resource: string, Condition?: Condition): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
})

/** The policies of Carlos in AWS's example. */
const ofCarlos = [
  allow(['s3:GetBucketLocation', 's3:ListAllMyBuckets'], 'arn:aws:s3:::*'),
  allow('s3:*', `${bucket}-carlossalazar/*`),
  deny('s3:*', 'arn:aws:s3:::*log*'),
]

const inOneAccount: readonly Documented[] = [
  {
    says: 'without a policy, a request is denied',
    page: logic,
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'an identity policy allows Carlos to write to his bucket',
    page: logic,
    identity: ofCarlos,
    principal: carlos,
    request: ['s3:PutObject', `${bucket}-carlossalazar/a`],
    decision: 'Allowed',
  },
  {
    says: 'a Deny overrides the Allow of a bucket policy',
    page: logic,
    identity: ofCarlos,
    principal: carlos,
    resource: [{ ...allow('s3:*', `${bucket}-carlossalazar-logs/*`), Principal: { AWS: carlos } }],
    request: ['s3:PutObject', `${bucket}-carlossalazar-logs/a`],
    decision: 'ExplicitlyDenied',
  },
  {
    says: 'in one account, a resource policy that names the user allows without an identity policy',
    page: logic,
    principal: carlos,
    resource: [{ ...allow('s3:*', `${bucket}/*`), Principal: { AWS: carlos } }],
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'Allowed',
  },
  {
    says: 'in one account, an identity policy allows without a resource policy that does',
    page: logic,
    identity: [allow('s3:GetObject', `${bucket}/*`)],
    resource: [{ ...allow('s3:PutObject', `${bucket}/*`), Principal: { AWS: carlos } }],
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'Allowed',
  },
  {
    says: 'a resource policy that names the account leaves the decision to identity policies',
    page: `${guide}reference_policies_elements_principal.html`,
    resource: [{ ...allow('s3:GetObject', `${bucket}/*`), Principal: root }],
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'a resource policy that names a role allows its session',
    page: `${guide}reference_policies_elements_principal.html`,
    principal: `arn:aws:sts::${account}:assumed-role/example-role/session`,
    resource: [{ ...allow('s3:GetObject', `${bucket}/*`), Principal: { AWS: role } }],
    request: ['s3:GetObject', `${bucket}/a`],
    context: { 'aws:PrincipalArn': role },
    decision: 'Allowed',
  },
  {
    says: 'a resource policy names a service as principal',
    page: `${guide}reference_policies_elements_principal.html`,
    principal: 'events.amazonaws.com',
    resource: [
      {
        ...allow('lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${account}:function:f`),
        Principal: { Service: 'events.amazonaws.com' },
      },
    ],
    request: ['lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${account}:function:f`],
    decision: 'Allowed',
  },
]

const elements: readonly Documented[] = [
  {
    says: 'NotAction with Allow: every action of the resource but this one',
    page: `${guide}reference_policies_elements_notaction.html`,
    identity: [{ Effect: 'Allow', NotAction: 's3:DeleteBucket', Resource: 'arn:aws:s3:::*' }],
    request: ['s3:DeleteBucket', bucket],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'NotAction with Allow: any other action',
    page: `${guide}reference_policies_elements_notaction.html`,
    identity: [{ Effect: 'Allow', NotAction: 's3:DeleteBucket', Resource: 'arn:aws:s3:::*' }],
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'Allowed',
  },
  {
    says: 'NotResource with Deny: every resource but the listed ones is denied',
    page: `${guide}reference_policies_elements_notresource.html`,
    identity: [
      allow('s3:*', '*'),
      {
        Effect: 'Deny',
        Action: 's3:*',
        NotResource: ['arn:aws:s3:::HRBucket/Payroll', 'arn:aws:s3:::HRBucket/Payroll/*'],
      },
    ],
    request: ['s3:GetObject', 'arn:aws:s3:::HRBucket/Other/a'],
    decision: 'ExplicitlyDenied',
  },
  {
    says: 'NotResource with Deny: a listed resource is not denied',
    page: `${guide}reference_policies_elements_notresource.html`,
    identity: [allow('s3:*', '*'), { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::HRBucket/Payroll/*' }],
    request: ['s3:GetObject', 'arn:aws:s3:::HRBucket/Payroll/a'],
    decision: 'Allowed',
  },
  {
    says: 'actions are not case-sensitive',
    page: `${guide}reference_policies_elements_action.html`,
    identity: [allow('S3:getobject', `${bucket}/*`)],
    request: ['s3:GetObject', `${bucket}/a`],
    decision: 'Allowed',
  },
  {
    says: 'an action may end with a wildcard',
    page: `${guide}reference_policies_elements_action.html`,
    identity: [allow('s3:Get*', `${bucket}/*`)],
    request: ['s3:PutObject', `${bucket}/a`],
    decision: 'ImplicitlyDenied',
  },
  {
    says: '* expands to slashes too',
    page: `${guide}reference_policies_elements_resource.html`,
    identity: [allow('s3:GetObject', `${bucket}/*/test/*`)],
    request: ['s3:GetObject', `${bucket}/1/2/test/3/object.jpg`],
    decision: 'Allowed',
  },
  {
    says: '? is one character',
    page: `${guide}reference_policies_elements_resource.html`,
    identity: [allow('s3:GetObject', `${bucket}/report?.pdf`)],
    request: ['s3:GetObject', `${bucket}/report12.pdf`],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'the objects of a bucket are not the bucket',
    page: `${guide}reference_policies_elements_resource.html`,
    identity: [allow('s3:ListBucket', `${bucket}/*`)],
    request: ['s3:ListBucket', bucket],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'a log group has the suffix :* in policies',
    page: logs,
    identity: [allow('logs:CreateLogStream', `arn:aws:logs:us-east-1:${account}:log-group:a:*`)],
    request: ['logs:CreateLogStream', `arn:aws:logs:us-east-1:${account}:log-group:a:*`],
    decision: 'Allowed',
  },
  {
    says: 'without the suffix :* a policy allows no action on a log group but those on tags',
    page: logs,
    identity: [allow('logs:CreateLogGroup', `arn:aws:logs:us-east-1:${account}:log-group:a`)],
    request: ['logs:CreateLogGroup', `arn:aws:logs:us-east-1:${account}:log-group:a:log-stream:`],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'with it, it allows them',
    page: logs,
    identity: [allow('logs:CreateLogGroup', `arn:aws:logs:us-east-1:${account}:log-group:a:*`)],
    request: ['logs:CreateLogGroup', `arn:aws:logs:us-east-1:${account}:log-group:a:log-stream:`],
    decision: 'Allowed',
  },
  {
    says: 'a log stream is within the suffix :* of its group',
    page: logs,
    identity: [allow('logs:PutLogEvents', `arn:aws:logs:us-east-1:${account}:log-group:a:*`)],
    request: ['logs:PutLogEvents', `arn:aws:logs:us-east-1:${account}:log-group:a:log-stream:b`],
    decision: 'Allowed',
  },
]

/** A line about a condition of an Allow on reading objects. */
function condition(line: Pick<Documented, 'says' | 'decision'> & Partial<Documented>, when: Condition): Documented {
  const request = ['s3:GetObject', `${bucket}/a`] as const
  return { page: operators, identity: [allow('s3:GetObject', `${bucket}/*`, when)], request, ...line }
}

const arns = {
  ArnNotEquals: { 'aws:PrincipalArn': [role, `arn:aws:iam::${account}:role/other`] },
} satisfies Condition

const conditions: readonly Documented[] = [
  condition(
    { says: 'StringEquals matches case', context: { 'aws:PrincipalTag/job': 'IAMuser' }, decision: 'ImplicitlyDenied' },
    { StringEquals: { 'aws:PrincipalTag/job': 'iamuser' } },
  ),
  condition(
    {
      says: 'StringEqualsIgnoreCase ignores case',
      context: { 'aws:PrincipalTag/job': 'IAMuser' },
      decision: 'Allowed',
    },
    { StringEqualsIgnoreCase: { 'aws:PrincipalTag/job': 'iamuser' } },
  ),
  condition(
    { says: 'StringLike has * and ?', context: { 'aws:PrincipalTag/job': 'iamuser-admin' }, decision: 'Allowed' },
    { StringLike: { 'aws:PrincipalTag/job': 'iam?ser-*' } },
  ),
  condition(
    { says: 'StringEquals has no wildcards', context: { 'aws:PrincipalTag/job': 'x' }, decision: 'ImplicitlyDenied' },
    { StringEquals: { 'aws:PrincipalTag/job': '*' } },
  ),
  condition(
    { says: 'a key that is absent does not match', decision: 'ImplicitlyDenied' },
    { StringEquals: { 'aws:PrincipalTag/job': 'x' } },
  ),
  condition(
    { says: 'a negated operator is true if the key is absent', decision: 'Allowed' },
    { StringNotEquals: { 'aws:PrincipalTag/job': 'x' } },
  ),
  condition(
    { says: 'IfExists is true if the key is absent', decision: 'Allowed' },
    { StringEqualsIfExists: { 'aws:PrincipalTag/job': 'x' } },
  ),
  condition(
    {
      says: 'IfExists compares if the key is there',
      context: { 'aws:PrincipalTag/job': 'y' },
      decision: 'ImplicitlyDenied',
    },
    { StringEqualsIfExists: { 'aws:PrincipalTag/job': 'x' } },
  ),
  condition({ says: 'Null true: the key is absent', decision: 'Allowed' }, { Null: { 'aws:TokenIssueTime': 'true' } }),
  condition(
    {
      says: 'Null true: the key is there',
      context: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' },
      decision: 'ImplicitlyDenied',
    },
    { Null: { 'aws:TokenIssueTime': 'true' } },
  ),
  condition(
    {
      says: 'Null false: the key is there',
      context: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' },
      decision: 'Allowed',
    },
    { Null: { 'aws:TokenIssueTime': 'false' } },
  ),
  condition(
    { says: 'Bool compares a truth value', context: { 'aws:SecureTransport': 'true' }, decision: 'Allowed' },
    { Bool: { 'aws:SecureTransport': 'true' } },
  ),
  condition(
    {
      says: 'Bool false, and the key is true',
      context: { 'aws:SecureTransport': 'true' },
      decision: 'ImplicitlyDenied',
    },
    { Bool: { 'aws:SecureTransport': 'false' } },
  ),
  condition(
    {
      says: 'IpAddress takes CIDR',
      context: { 'aws:SourceIp': '203.0.113.9' },
      decision: 'Allowed',
    },
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  ),
  condition(
    {
      says: 'NotIpAddress is its negation',
      context: { 'aws:SourceIp': '203.0.113.9' },
      decision: 'ImplicitlyDenied',
    },
    { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  ),
  condition(
    {
      says: 'ArnEquals behaves as ArnLike: with wildcards',
      context: { 'aws:PrincipalArn': role },
      decision: 'Allowed',
    },
    { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/example-*` } },
  ),
  condition(
    {
      says: 'each part of an ARN is matched on its own: * does not cross a colon',
      context: { 'aws:PrincipalArn': role },
      decision: 'ImplicitlyDenied',
    },
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/example-role' } },
  ),
  condition(
    {
      says: 'NumericLessThanEquals compares numbers',
      request: ['s3:ListBucket', bucket],
      identity: [allow('s3:ListBucket', bucket, { NumericLessThanEquals: { 's3:max-keys': '10' } })],
      context: { 's3:max-keys': '9' },
      decision: 'Allowed',
    },
    {},
  ),
  condition(
    {
      says: 'DateLessThan compares moments',
      context: { 'aws:CurrentTime': '2026-11-26T12:00:00Z' },
      decision: 'ImplicitlyDenied',
    },
    { DateLessThan: { 'aws:CurrentTime': '2026-06-30T00:00:00Z' } },
  ),
]

/** A line about a Deny of everything, as the tables of links have it. */
const denied = (line: Pick<Documented, 'says' | 'decision'> & Partial<Documented>, when: Condition): Documented => {
  const resource = [{ ...deny('s3:GetObject', `${bucket}/*`, when), Principal: '*' }]
  return { ...condition(line, when), identity: [allow('s3:GetObject', `${bucket}/*`)], resource }
}

const combined: readonly Documented[] = [
  condition(
    {
      says: 'several operators: all must be true',
      page: several,
      context: { 'aws:SourceIp': '203.0.113.9', 'aws:SecureTransport': 'false' },
      decision: 'ImplicitlyDenied',
    },
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, Bool: { 'aws:SecureTransport': 'true' } },
  ),
  condition(
    {
      says: 'several keys of one operator: all must be true',
      page: several,
      context: { 'aws:PrincipalTag/a': '1' },
      decision: 'ImplicitlyDenied',
    },
    { StringEquals: { 'aws:PrincipalTag/a': '1', 'aws:PrincipalTag/b': '1' } },
  ),
  condition(
    {
      says: 'several values: one must match',
      page: several,
      context: { 'aws:PrincipalTag/a': '2' },
      decision: 'Allowed',
    },
    { StringEquals: { 'aws:PrincipalTag/a': ['1', '2'] } },
  ),
  condition(
    {
      says: 'several values of a negated operator: none may match',
      page: several,
      context: { 'aws:PrincipalTag/a': '2' },
      decision: 'ImplicitlyDenied',
    },
    { StringNotEquals: { 'aws:PrincipalTag/a': ['1', '2'] } },
  ),
  denied(
    {
      says: 'ArnNotEquals of several: a listed role is not denied',
      page: several,
      context: { 'aws:PrincipalArn': role },
      decision: 'Allowed',
    },
    arns,
  ),
  denied(
    {
      says: 'ArnNotEquals of several: any other role is denied',
      page: several,
      context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/other-role` },
      decision: 'ExplicitlyDenied',
    },
    arns,
  ),
  denied(
    {
      says: 'a service of AWS is excepted with aws:PrincipalIsAWSService',
      page: `${guide}reference_policies_condition-keys.html`,
      context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/other-role`, 'aws:PrincipalIsAWSService': 'true' },
      decision: 'Allowed',
    },
    { ...arns, Bool: { 'aws:PrincipalIsAWSService': 'false' } },
  ),
]

const table = `arn:aws:dynamodb:us-west-2:${account}:table/GameScores`

/** A line about the leading keys of a request to DynamoDB, which may be several. Without any, ForAllValues is true. */
const leading = (operator: string, keys: readonly string[], decision: Decision): Documented => ({
  says: `${operator} of a and b, and the request has ${keys.length === 0 ? 'none' : keys.join(' and ')}`,
  page: multivalued,
  identity: [allow('dynamodb:BatchGetItem', table, { [operator]: { 'dynamodb:LeadingKeys': ['a', 'b'] } })],
  request: ['dynamodb:BatchGetItem', table],
  ...(keys.length > 0 && { context: { 'dynamodb:LeadingKeys': keys } }),
  decision,
})

const sets: readonly Documented[] = [
  leading('ForAllValues:StringEquals', ['a', 'b'], 'Allowed'),
  leading('ForAllValues:StringEquals', ['a', 'c'], 'ImplicitlyDenied'),
  leading('ForAllValues:StringEquals', [], 'Allowed'),
  leading('ForAnyValue:StringEquals', ['a', 'c'], 'Allowed'),
  leading('ForAnyValue:StringEquals', ['c'], 'ImplicitlyDenied'),
  leading('ForAnyValue:StringEquals', [], 'ImplicitlyDenied'),
]

const key = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
const withKey = { page: keyPolicy, request: ['kms:Sign', key] } as const

const keys: readonly Documented[] = [
  {
    ...withKey,
    says: 'a key policy that names the account enables identity policies',
    identity: [allow('kms:Sign', key)],
    resource: [{ ...allow('kms:*', '*'), Principal: root }],
    decision: 'Allowed',
  },
  {
    ...withKey,
    says: 'a key policy that names the account allows no one by itself',
    resource: [{ ...allow('kms:*', '*'), Principal: root }],
    decision: 'ImplicitlyDenied',
  },
  {
    ...withKey,
    says: 'unless the key policy names the account, identity policies have no effect',
    identity: [allow('kms:Sign', key)],
    resource: [{ ...allow('kms:*', '*'), Principal: { AWS: `arn:aws:iam::${account}:role/KeyAdmin` } }],
    decision: 'ImplicitlyDenied',
  },
  {
    says: 'kms:ViaService: a request through the service',
    page: 'kms/latest/developerguide/conditions-kms.html',
    identity: [allow('kms:Decrypt', key, { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } })],
    resource: [{ ...allow('kms:*', '*'), Principal: root }],
    request: ['kms:Decrypt', key],
    context: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
    decision: 'Allowed',
  },
  {
    says: 'kms:ViaService: a request by the role itself',
    page: 'kms/latest/developerguide/conditions-kms.html',
    identity: [allow('kms:Decrypt', key, { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } })],
    resource: [{ ...allow('kms:*', '*'), Principal: root }],
    request: ['kms:Decrypt', key],
    decision: 'ImplicitlyDenied',
  },
]

/** All lines. */
export const documented = [...inOneAccount, ...elements, ...conditions, ...combined, ...sets, ...keys]

const document = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement })

/** Returns the question that a line asks. */
export function questionOf({ identity, resource, principal, request, context }: Documented): Question {
  return {
    principal: principal ?? role,
    action: request[0],
    resource: request[1],
    account,
    context: context ?? {},
    identityPolicies: identity === undefined ? [] : [{ name: 'example', policy: document(identity) }],
    resourcePolicy: resource && document(resource),
  }
}
