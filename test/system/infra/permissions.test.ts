import { afterAll, describe, expect, test } from 'vitest'
import { lambdaEdgeRegions } from '../../../infra/settings.ts'
import { resourcesOf, synthesise, type Templates, valueAt, type Variant, variants } from './synthesised.ts'

const synthesised = (['home', 'strong', 'private', 'kms'] as const).map(
  variant => [variant, synthesise(variants[variant])] as const,
)
const byVariant = new Map<Variant, Templates>(synthesised.map(([variant, { templates }]) => [variant, templates]))

afterAll(() => {
  for (const [, { remove }] of synthesised) remove()
})

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
}

/** What the function whose policy's id begins so may do: one line for each action on each resource, in order. */
function allowed(variant: Variant, stack: string, id: string): readonly string[] {
  const policies = resourcesOf(byVariant.get(variant) ?? {}, 'AWS::IAM::Policy', stack).filter(policy =>
    policy.id.startsWith(`${id}RoleDefaultPolicy`),
  )
  expect(policies.length, `a policy of ${id} in ${stack}`).toBe(1)
  const { Statement } = valueAt(policies, '0.Properties.PolicyDocument') as { Statement: readonly Statement[] }
  expect(Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true)
  return Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap(action => [Resource].flat().map(resource => `${action} ${spelled(resource)}`)),
  ).toSorted()
}

/** A resource as CloudFormation will put it together, with names for what only it knows. */
function spelled(resource: unknown): string {
  if (typeof resource === 'string') return resource
  const [[how, of] = ['', undefined]] = Object.entries(resource as object) as [string, unknown][]
  if (how === 'Fn::Join') return (of as [string, unknown[]])[1].map(spelled).join('')
  if (how === 'Ref')
    return (
      { 'AWS::Partition': 'aws', 'AWS::AccountId': 'ME' }[of as string] ?? `<${String(of).replace(/[0-9A-F]{8}$/, '')}>`
    )
  if (how === 'Fn::GetAtt') return `<${(of as string[]).join('.').replace(/[0-9A-F]{8}\b/, '')}>`
  if (how === 'Fn::GetStackOutput') return `<${(of as { OutputName: string }).OutputName.replace(/[0-9A-F]{8}/g, '')}>`
  return how === 'Fn::Select' ? 'SECRET-SUFFIX' : how
}

const replicas = ['eu-west-1', 'us-east-1'].map(region => `arn:aws:dynamodb:${region}:ME:table/once-links`)
const indexes = replicas.map(replica => `${replica}/index/byReference`)
const secrets = lambdaEdgeRegions.map(region => `arn:aws:secretsmanager:${region}:ME:secret:SECRET-SUFFIX`)
const edgeLogs = lambdaEdgeRegions.map(region => `arn:aws:logs:${region}:ME:log-group:/once/edge:*`)
const lines = (actions: readonly string[], resources: readonly string[]) =>
  actions.flatMap(action => resources.map(resource => `${action} ${resource}`))
const logsOf = (name: string) => lines(['logs:CreateLogStream', 'logs:PutLogEvents'], [`<${name}Log.Arn>`])
const sorted = (...all: (readonly string[])[]) => all.flat().toSorted()

const consume = lines(['dynamodb:DeleteItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'], replicas)
const readKeys = lines(['secretsmanager:GetSecretValue'], secrets)
const edge = sorted(consume, readKeys, lines(['logs:CreateLogStream', 'logs:PutLogEvents'], edgeLogs))

describe('a function may do exactly this', () => {
  test('the edge: take links, read its one secret, write its log', () => {
    expect(allowed('home', 'once-edge', 'Edge')).toEqual(edge)
  })

  test('the edge where KMS signs: sign, too, with the keys there are', () => {
    const signing = allowed('kms', 'once-edge', 'Edge').filter(line => !edge.includes(line))
    expect(new Set(signing.map(line => line.split(' ')[0]))).toEqual(new Set(['kms:Sign']))
    expect(signing).toHaveLength(2 * lambdaEdgeRegions.length)
    expect(signing.every(line => /arn:aws:kms:[a-z0-9-]+:ME:key\/<[^*>]+>$/.test(line))).toBe(true)
  })

  test('issuing, listing and revoking: put, look, mark; never delete', () => {
    expect(allowed('home', 'once-api', 'links')).toEqual(
      sorted(
        lines(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'], replicas),
        lines(['dynamodb:Query'], indexes),
        lines(['dynamodb:PutItem', 'dynamodb:UpdateItem'], ['<Answers.Arn>']),
        readKeys,
        logsOf('links'),
      ),
    )
  })

  test('exchanging: take links, and what a presigned URL is to allow', () => {
    expect(allowed('home', 'once-api', 'exchange')).toEqual(
      sorted(
        consume,
        readKeys,
        logsOf('exchange'),
        ['s3:GetObject arn:aws:s3:::once-content-ME-eu-west-1/*'],
        ['kms:Decrypt <PublishOutputFnGetAttContentKeyArn>'],
      ),
    )
  })

  test('sweeping: look and delete, in one Region', () => {
    const replica = ['arn:aws:dynamodb:eu-west-1:ME:table/once-links']
    expect(allowed('strong', 'once-data', 'Sweeper')).toEqual(
      sorted(lines(['dynamodb:Scan', 'dynamodb:DeleteItem'], replica), logsOf('Sweeper')),
    )
  })

  test('telling of used links: tell the bus', () => {
    expect(allowed('home', 'once-region-us-west-1', 'UsedLinksTeller')).toEqual(
      sorted(['events:PutEvents arn:aws:events:eu-west-1:ME:event-bus/once'], logsOf('UsedLinksTeller')),
    )
  })

  test('telling of links: read one stream, tell the bus, keep what could not be told', () => {
    expect(allowed('home', 'once-events-eu-west-1', 'Teller')).toEqual(
      sorted(
        lines(
          ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          ['<PublishOutputFnGetAttLinksTableStreamArn>'],
        ),
        ['dynamodb:ListStreams *', 'sqs:SendMessage <Untold.Arn>'],
        ['events:PutEvents arn:aws:events:eu-west-1:ME:event-bus/once'],
        logsOf('Teller'),
      ),
    )
  })

  test.each([
    ['create', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'], 11],
    ['rotate', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'], 9],
    ['invalidate-links', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'], 0],
  ] as const)('keys, %s: these things with the one secret, so many with CloudFront', (purpose, actions, cloudfront) => {
    const own = allowed('home', 'once-edge', `Keys${purpose.replace('-', '')}`)
    const ofCloudFront = own.filter(line => line.startsWith('cloudfront:'))
    expect(ofCloudFront).toHaveLength(cloudfront)
    expect(own.filter(line => !ofCloudFront.includes(line))).toEqual(
      sorted(
        lines(
          actions.map(action => `secretsmanager:${action}`),
          ['<KeysSecret>'],
        ),
        logsOf(`Keys${purpose.replace('-', '')}`),
      ),
    )
  })

  test('keys, retire: look at every copy, label one, take public keys away', () => {
    const copies = secrets.filter(secret => !secret.includes(':us-east-1:'))
    const look = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
    expect(allowed('home', 'once-edge', 'Keysretire')).toEqual(
      sorted(
        lines(
          ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'].map(each => `secretsmanager:${each}`),
          ['<KeysSecret>'],
        ),
        lines(['secretsmanager:DescribeSecret'], copies),
        lines(
          [...look, 'DeletePublicKey', 'UpdateKeyGroup'].map(each => `cloudfront:${each}`),
          ['*'],
        ),
        logsOf('Keysretire'),
      ),
    )
  })

  test('in a private network the api reaches its own Region, and has interfaces there', () => {
    const own = allowed('private', 'once-api', 'links')
    expect(own.filter(line => /arn:aws:(dynamodb|secretsmanager)/.test(line)).toSorted()).toEqual(
      sorted(
        lines(
          ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
          ['arn:aws:dynamodb:eu-west-1:ME:table/once-links'],
        ),
        ['dynamodb:Query arn:aws:dynamodb:eu-west-1:ME:table/once-links/index/byReference'],
        ['secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:ME:secret:SECRET-SUFFIX'],
      ),
    )
    expect(
      own
        .filter(line => line.endsWith(' *'))
        .every(line => /^ec2:\w+(NetworkInterfaces?|Subnets|PrivateIpAddresses) /.test(line)),
    ).toBe(true)
  })
})

/** Where AWS takes no resource, by the action: nothing else may be allowed on everything. */
const withoutResource =
  /^(cloudfront:(Create|Delete|Get|List|Update)(PublicKeys?|PublicKeyConfig|KeyGroups?|DistributionsByKeyGroup|Distribution)|dynamodb:ListStreams|ec2:\w+)$/

describe.each(['home', 'strong', 'private', 'kms'] as const)('in mode %s', variant => {
  test('no action is a pattern, and no resource is everything where AWS takes one', () => {
    for (const { stack, id, Properties } of resourcesOf(byVariant.get(variant) ?? {}, 'AWS::IAM::Policy')) {
      const { Statement } = Properties['PolicyDocument'] as { Statement: readonly Statement[] }
      for (const { Action, Resource } of Statement) {
        for (const action of [Action].flat()) {
          expect(action, `${stack} ${id}`).not.toContain('*')
          if ([Resource].flat().includes('*')) expect(action, `${stack} ${id}`).toMatch(withoutResource)
        }
      }
    }
  })

  test('only roles of the CDK’s own functions and of API Gateway’s log have policies that AWS manages', () => {
    const managed = resourcesOf(byVariant.get(variant) ?? {}, 'AWS::IAM::Role').filter(
      ({ Properties }) => Properties['ManagedPolicyArns'] !== undefined,
    )
    const names = managed.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''))
    const known = new Set([
      'KeysProviderframeworkonEventServiceRole',
      'AWS679f53fac002430cb0da5b7982bd2287ServiceRole',
      'ApiCloudWatchRole',
    ])
    expect(names.filter(name => !known.has(name))).toEqual([])
  })
})
