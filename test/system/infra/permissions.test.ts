import { afterAll, describe, expect, test } from 'vitest'
import {
  resourcesOf,
  synthesise,
  type Templates,
  valueAt,
  type Variant,
  variants,
} from '../../support/infra/synthesised.ts'

const synthesised = (['home', 'one', 'strong', 'private', 'customer', 'webhooks', 'ends', 'scanned'] as const).map(
  variant => [variant, synthesise(variants[variant], { validated: false })] as const,
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

/**
 * Returns the permissions of the function whose policy id begins with `id`: sorted lines, one for each action on each
 * resource.
 */
function permissionsOf(variant: Variant, stack: string, id: string): readonly string[] {
  const policies = resourcesOf(byVariant.get(variant) ?? {}, 'AWS::IAM::Policy', stack).filter(policy =>
    policy.id.startsWith(`${id}RoleDefaultPolicy`),
  )
  expect(policies.length, `a policy of ${id} in ${stack}`).toBe(1)
  const { Statement } = valueAt(policies, '0.Properties.PolicyDocument') as { Statement: readonly Statement[] }
  expect(Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true)
  return Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap(action => [Resource].flat().map(resource => `${action} ${toText(resource)}`)),
  ).toSorted()
}

/** Returns a resource as text, with placeholders for what only CloudFormation knows. */
function toText(resource: unknown): string {
  if (typeof resource === 'string') return resource
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(resource as object) as [string, unknown][]
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(toText).join('')
  if (intrinsic === 'Ref') {
    const pseudo = { 'AWS::Partition': 'aws', 'AWS::AccountId': 'ME' }[argument as string]
    return pseudo ?? `<${String(argument).replace(/[0-9A-F]{8}$/, '')}>`
  }
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as string[]).join('.').replace(/[0-9A-F]{8}\b/, '')}>`
  if (intrinsic === 'Fn::GetStackOutput')
    return `<${(argument as { OutputName: string }).OutputName.replace(/[0-9A-F]{8}/g, '')}>`
  return intrinsic === 'Fn::Select' ? '<SecretSuffix>' : intrinsic
}

const replicas = ['eu-west-1', 'us-east-1'].map(region => `arn:aws:dynamodb:${region}:ME:table/once-links`)
const indexes = replicas.map(replica => `${replica}/index/byReference`)
const secrets = ['us-east-1', 'eu-west-1'].map(region => `arn:aws:secretsmanager:${region}:ME:secret:<SecretSuffix>`)
const edgeLog = 'arn:aws:logs:*:ME:log-group:/once/edge:*'
const lines = (actions: readonly string[], resources: readonly string[]) =>
  actions.flatMap(action => resources.map(resource => `${action} ${resource}`))
const logsOf = (name: string) => lines(['logs:CreateLogStream', 'logs:PutLogEvents'], [`<${name}Log.Arn>`])
const sorted = (...all: (readonly string[])[]) => all.flat().toSorted()

const consume = lines(['dynamodb:DeleteItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'], replicas)
const readFiles = lines(['s3:GetObject', 's3:GetObjectVersion'], ['arn:aws:s3:::once-content-ME-eu-west-1-an/*'])
const readKeys = lines(['secretsmanager:GetSecretValue'], secrets)
const edge = sorted(
  consume,
  readKeys,
  lines(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], [edgeLog]),
)

describe('a function has exactly the permissions that it needs', () => {
  test('the edge: consume links, read the secret, write its log and create it where it is missing', () => {
    expect(permissionsOf('home', 'once-us-east-1', 'EdgeRedeemer')).toEqual(edge)
  })

  test('issuing, listing and revoking: put, read and update links, but not delete them; look at files, but not decrypt them', () => {
    expect(permissionsOf('home', 'once-eu-west-1', 'Apilinks')).toEqual(
      sorted(
        lines(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'], replicas),
        lines(['dynamodb:Query'], indexes),
        lines(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], ['<ApiApiState.Arn>']),
        ['dynamodb:GetItem arn:aws:dynamodb:eu-west-1:ME:table/once-deliveries'],
        readFiles,
        ['s3:ListBucket arn:aws:s3:::once-content-ME-eu-west-1-an'],
        readKeys,
        logsOf('Apilinks'),
      ),
    )
  })

  test('exchanging: consume links, and read files, as a presigned URL has its signer’s permissions', () => {
    expect(permissionsOf('home', 'once-eu-west-1', 'Apiexchange')).toEqual(
      sorted(consume, readKeys, logsOf('Apiexchange'), readFiles),
    )
  })

  test('uploading: put files in parts, and keep the state of uploads; read no file and no link', () => {
    expect(permissionsOf('home', 'once-eu-west-1', 'Apiuploads')).toEqual(
      sorted(
        lines(
          ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          ['arn:aws:s3:::once-content-ME-eu-west-1-an/*'],
        ),
        lines(
          ['PutItem', 'UpdateItem', 'DeleteItem', 'GetItem'].map(each => `dynamodb:${each}`),
          ['<ApiApiState.Arn>'],
        ),
        readKeys,
        logsOf('Apiuploads'),
      ),
    )
  })

  test.each([
    ['exchanging also decrypts files', 'Apiexchange', ['kms:Decrypt']],
    ['uploading also encrypts and decrypts them', 'Apiuploads', ['kms:Decrypt', 'kms:GenerateDataKey']],
  ] as const)('with customer managed keys, %s, with their key and through S3 only', (_, id, actions) => {
    const using = permissionsOf('customer', 'once-eu-west-1', id).filter(line => line.startsWith('kms:'))
    expect(using).toEqual(lines(actions, ['<PublishOutputFnGetAttDataArn>']))
    const policy = resourcesOf(byVariant.get('customer') ?? {}, 'AWS::IAM::Policy', 'once-eu-west-1').find(each =>
      each.id.startsWith(`${id}Role`),
    )
    const statements = valueAt(policy ?? {}, 'Properties.PolicyDocument.Statement') as { Action: unknown }[]
    expect(statements.find(({ Action }) => JSON.stringify(Action).includes('kms:'))).toMatchObject({
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    })
  })

  test('ending files: read links, delete versions, ask again by a schedule, and keep what failed', () => {
    expect(permissionsOf('ends', 'once-eu-west-1', 'FileEndsFunction')).toEqual(
      sorted(
        lines(['dynamodb:GetItem'], replicas),
        ['s3:DeleteObjectVersion arn:aws:s3:::once-content-ME-eu-west-1-an/*'],
        ['scheduler:CreateSchedule arn:aws:scheduler:eu-west-1:ME:schedule/once-links/*'],
        ['iam:PassRole arn:aws:iam::ME:role/once-schedules'],
        ['sqs:SendMessage <FileEndsFailed.Arn>'],
        logsOf('FileEndsFunction'),
      ),
    )
  })

  test('scanning: what AWS lists, on what is uploaded; and links may ask for the result', () => {
    const bucket = 'arn:aws:s3:::once-content-ME-eu-west-1-an'
    const rule = 'arn:aws:events:<AWS::Region>:ME:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*'
    const ofTags = lines(['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], [`${bucket}/*`])
    expect(permissionsOf('scanned', 'once-eu-west-1', 'Scan')).toEqual(
      sorted(
        lines(
          ['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets', 'DescribeRule', 'ListTargetsByRule'].map(
            each => `events:${each}`,
          ),
          [rule],
        ),
        lines(['s3:PutBucketNotification', 's3:GetBucketNotification', 's3:ListBucket'], [bucket]),
        [`s3:PutObject ${bucket}/malware-protection-resource-validation-object`],
        readFiles,
        ofTags,
        lines(['s3:PutObjectTagging', 's3:PutObjectVersionTagging'], [`${bucket}/*`]),
        lines(['kms:GenerateDataKey', 'kms:Decrypt'], ['<PublishOutputFnGetAttDataArn>']),
      ),
    )
    const ofLinks = permissionsOf('scanned', 'once-eu-west-1', 'Apiprivatelinks')
    expect(ofLinks.filter(line => line.includes('Tagging'))).toEqual(ofTags)
    expect(permissionsOf('home', 'once-eu-west-1', 'Apilinks').join()).not.toContain('Tagging')
  })

  test('reading access logs: read log objects and their queue, read and write deliveries, publish; of links, read one that is in an event', () => {
    const queue = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
    expect(permissionsOf('home', 'once-us-east-1', 'EdgeDeliveriesFunction')).toEqual(
      sorted(
        ['s3:GetObject arn:aws:s3:::once-access-logs-ME-us-east-1-an/AWSLogs/ME/*'],
        lines(['dynamodb:GetItem', 'dynamodb:PutItem'], ['arn:aws:dynamodb:eu-west-1:ME:table/once-deliveries']),
        lines(queue, ['<EdgeDeliveriesQueue.Arn>']),
        ['dynamodb:GetItem arn:aws:dynamodb:eu-west-1:ME:table/once-links'],
        ['events:PutEvents arn:aws:events:us-east-1:ME:event-bus/once'],
        logsOf('EdgeDeliveriesFunction'),
      ),
    )
  })

  test('sweeping: scan and delete, in one Region', () => {
    const replica = ['arn:aws:dynamodb:eu-west-1:ME:table/once-links']
    expect(permissionsOf('strong', 'once-eu-west-1', 'DataSweeper')).toEqual(
      sorted(lines(['dynamodb:Scan', 'dynamodb:DeleteItem'], replica), logsOf('DataSweeper')),
    )
  })

  test('publishing events: read one stream, publish, and send failures to a queue', () => {
    expect(permissionsOf('home', 'once-eu-west-1', 'ReaderFunction')).toEqual(
      sorted(
        lines(
          ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          ['<DataLinksTable.StreamArn>'],
        ),
        ['dynamodb:ListStreams *', 'sqs:SendMessage <ReaderUnread.Arn>'],
        ['events:PutEvents arn:aws:events:us-east-1:ME:event-bus/once'],
        logsOf('ReaderFunction'),
      ),
    )
  })

  test('reading access logs, with endpoints: also read which one a link names', () => {
    const reading = (table: string) => `dynamodb:GetItem arn:aws:dynamodb:us-east-1:ME:table/${table}`
    const ofTables = permissionsOf('webhooks', 'once-us-east-1', 'EdgeDeliveriesFunction').filter(line =>
      line.startsWith('dynamodb:GetItem'),
    )
    expect(ofTables).toEqual([reading('once-deliveries'), reading('once-links')])
  })

  test('sending webhooks: read the queues and the secrets of endpoints, write the dead-letter queue; no link, no file, no key', () => {
    const reading = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility']
    const id = 'EdgeAlarmsActionsWebhooks'
    const ofEndpoints = ['orders', 'audit'].map(
      name => `arn:aws:secretsmanager:us-east-1:ME:secret:webhooks/${name}-??????`,
    )
    expect(permissionsOf('webhooks', 'once-us-east-1', `${id}Notifier`)).toEqual(
      sorted(
        lines(reading, [`<${id}Queueorders.Arn>`, `<${id}Queueaudit.Arn>`]),
        [`sqs:SendMessage <${id}Dead.Arn>`],
        lines(['secretsmanager:GetSecretValue'], ofEndpoints),
        logsOf(`${id}Notifier`),
      ),
    )
  })

  test('with an audit, the functions of the api may publish, to the bus of their own Region', () => {
    for (const id of ['Apiprivatelinks', 'Apiprivateexchange', 'Apiprivateuploads']) {
      const publishing = permissionsOf('private', 'once-eu-west-1', id).filter(line => line.startsWith('events:'))
      expect(publishing).toEqual(['events:PutEvents arn:aws:events:eu-west-1:ME:event-bus/once'])
    }
    expect(permissionsOf('home', 'once-eu-west-1', 'Apilinks').filter(line => line.startsWith('events:'))).toEqual([])
  })

  test('without events, reading the stream publishes none', () => {
    const own = permissionsOf('one', 'once-eu-west-1', 'ReaderFunction')
    expect(own.filter(line => line.startsWith('events:'))).toEqual([])
  })

  test('watching: read metrics and log groups, set the retention of the edge’s own, put metrics', () => {
    expect(permissionsOf('home', 'once-us-east-1', 'EdgeWatchWatcher')).toEqual(
      sorted(
        lines(['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics', 'cloudwatch:PutMetricData'], ['*']),
        ['logs:DescribeLogGroups *'],
        lines(['logs:PutRetentionPolicy'], [edgeLog]),
        logsOf('EdgeWatchWatcher'),
      ),
    )
  })

  test.each([
    ['create', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'], 11],
    ['rotate', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'], 9],
    ['invalidate-links', ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'], 0],
  ] as const)(
    'keys, %s: its actions on the secret, and its number of CloudFront actions',
    (purpose, actions, cloudfront) => {
      const own = permissionsOf('home', 'once-us-east-1', `EdgeKeys${purpose.replace('-', '')}`)
      const ofCloudFront = own.filter(line => line.startsWith('cloudfront:'))
      expect(ofCloudFront).toHaveLength(cloudfront)
      const distributions = cloudfront > 0 ? ['cloudfront:GetDistribution arn:aws:cloudfront::ME:distribution/*'] : []
      expect(ofCloudFront.filter(line => !line.endsWith(' *'))).toEqual(distributions)
      expect(own.filter(line => !ofCloudFront.includes(line))).toEqual(
        sorted(
          lines(
            actions.map(action => `secretsmanager:${action}`),
            ['<EdgeKeysSecret>'],
          ),
          logsOf(`EdgeKeys${purpose.replace('-', '')}`),
        ),
      )
    },
  )

  test('keys, retire: describe every copy, move labels of the secret, delete public keys', () => {
    const copies = secrets.filter(secret => !secret.includes(':us-east-1:'))
    const read = ['ListPublicKeys', 'GetPublicKeyConfig', 'ListKeyGroups', 'GetKeyGroup']
    expect(permissionsOf('home', 'once-us-east-1', 'EdgeKeysretire')).toEqual(
      sorted(
        lines(
          ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'].map(each => `secretsmanager:${each}`),
          ['<EdgeKeysSecret>'],
        ),
        lines(['secretsmanager:DescribeSecret'], copies),
        lines(
          [...read, 'DeletePublicKey', 'UpdateKeyGroup'].map(each => `cloudfront:${each}`),
          ['*'],
        ),
        logsOf('EdgeKeysretire'),
      ),
    )
  })

  test('the authorizer of the token API: write its log, and in a private network use network interfaces', () => {
    const own = permissionsOf('private', 'once-eu-west-1', 'ApiTokensAuthorizer')
    expect(own.filter(line => !line.startsWith('ec2:'))).toEqual(logsOf('ApiTokensAuthorizer'))
  })

  test('in a private network, the api uses its own Region only, and network interfaces', () => {
    const own = permissionsOf('private', 'once-eu-west-1', 'Apiprivatelinks')
    expect(own.filter(line => /arn:aws:(dynamodb|secretsmanager)/.test(line)).toSorted()).toEqual(
      sorted(
        lines(
          ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
          ['arn:aws:dynamodb:eu-west-1:ME:table/once-links'],
        ),
        ['dynamodb:Query arn:aws:dynamodb:eu-west-1:ME:table/once-links/index/byReference'],
        ['secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:ME:secret:<SecretSuffix>'],
      ),
    )
    const interfaces = ['CreateNetworkInterface', 'DeleteNetworkInterface', 'AssignPrivateIpAddresses']
    expect(own.filter(line => line.startsWith('ec2:') || line.endsWith(' *'))).toEqual(
      sorted(
        lines(
          [...interfaces, 'UnassignPrivateIpAddresses'].map(each => `ec2:${each}`),
          ['arn:aws:ec2:eu-west-1:ME:*/*'],
        ),
        ['ec2:DescribeNetworkInterfaces *', 'ec2:DescribeSubnets *'],
      ),
    )
  })
})

/** Returns the names of the roles that may write links, by their own policies. */
function writersIn(variant: Variant): readonly string[] {
  const templates = byVariant.get(variant) ?? {}
  const roles = new Map(
    resourcesOf(templates, 'AWS::IAM::Role').map(({ stack, id, Properties }) => [
      `${stack} ${id}`,
      Properties['RoleName'],
    ]),
  )
  const writing = resourcesOf(templates, 'AWS::IAM::Policy').filter(({ Properties }) => {
    const { Statement } = Properties['PolicyDocument'] as { Statement: readonly Statement[] }
    return Statement.some(
      ({ Action, Resource }) =>
        [Action].flat().some(action => /^dynamodb:(Put|Update|Delete)Item$/.test(action)) &&
        [Resource].flat().some(resource => toText(resource).endsWith(':table/once-links')),
    )
  })
  return writing.flatMap(({ stack, Properties }) =>
    (Properties['Roles'] as { Ref: string }[]).map(({ Ref }) => toText(roles.get(`${stack} ${Ref}`))),
  )
}

test.each(['home', 'strong', 'private', 'webhooks'] as const)(
  'in mode %s, the policy of the table denies writes to every role but those that write links',
  variant => {
    const tables = resourcesOf(byVariant.get(variant) ?? {}, 'AWS::DynamoDB::GlobalTable')
    const links = tables.find(({ id }) => id.startsWith('DataLinks'))
    // CloudFormation sets the policy of one replica; the others get the same by a call.
    const replicas = valueAt(links ?? {}, 'Properties.Replicas') as object[]
    const [denial] = replicas.flatMap(each => valueAt(each, 'ResourcePolicy.PolicyDocument.Statement') ?? []) as {
      readonly Action: readonly string[]
      readonly Principal: unknown
      readonly Condition: { readonly ArnNotEquals: { readonly 'aws:PrincipalArn': readonly unknown[] } }
    }[]
    expect(denial).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' } })
    expect(denial?.Action).toEqual(
      expect.arrayContaining(['PutItem', 'UpdateItem', 'DeleteItem'].map(each => `dynamodb:${each}`)),
    )
    const excepted = denial?.Condition.ArnNotEquals['aws:PrincipalArn'].map(arn => toText(arn).split(':role/').at(-1))
    const ofDynamodb = 'aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication'
    expect(excepted?.toSorted()).toEqual([...new Set(writersIn(variant)), ofDynamodb].toSorted())
  },
)

/** Actions for which AWS allows no resource, and GetDistribution: the distributions are made after the policy. No others may have `*`. */
const withoutResource =
  /^(cloudfront:(Create|Delete|Get|List|Update)(PublicKeys?|PublicKeyConfig|KeyGroups?|DistributionsByKeyGroup)|cloudwatch:(GetMetricData|ListMetrics|PutMetricData)|dynamodb:ListStreams|logs:DescribeLogGroups|ec2:Describe(NetworkInterfaces|Subnets))$/

describe.each(['home', 'one', 'strong', 'private', 'customer', 'webhooks', 'scanned'] as const)(
  'in mode %s',
  variant => {
    test('no action has a wildcard, and no resource is * if AWS allows one', () => {
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

    test('only roles of the CDK’s functions and of API Gateway’s log have AWS managed policies', () => {
      const managed = resourcesOf(byVariant.get(variant) ?? {}, 'AWS::IAM::Role').filter(
        ({ Properties }) => Properties['ManagedPolicyArns'] !== undefined,
      )
      const names = managed.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''))
      const known = new Set([
        'EdgeKeysProviderframeworkonEventServiceRole',
        'AWS679f53fac002430cb0da5b7982bd2287ServiceRole',
        'ApiGatewayCloudWatchRole',
      ])
      expect(names.filter(name => !known.has(name))).toEqual([])
    })
  },
)
